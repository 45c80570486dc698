import { render, screen } from '@testing-library/react';
import { MemoryRouter, Route, Routes, useLocation } from 'react-router';
import { expect, it } from 'vitest';
import { FirstTab } from './FirstTab';

function Address() {
  return <p>{useLocation().pathname}</p>;
}

it.each(['/repositories/web%2Ffront', '/repositories/web%2Ffront/'])(
  '%s leads to the artifacts of the name',
  (from) => {
    render(
      <MemoryRouter initialEntries={[from]}>
        <Routes>
          <Route path="/repositories/:name">
            <Route index element={<FirstTab />} />
            <Route path="artifacts-tab" element={<Address />} />
          </Route>
        </Routes>
      </MemoryRouter>,
    );
    expect(screen.getByText('/repositories/web%2Ffront/artifacts-tab')).toBeTruthy();
  },
);
