import { render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { MemoryRouter, useLocation, useNavigate } from 'react-router';

/** Renders below an address, which `address()` tells and `goBack()` goes back from. */
export function renderAt(address: string, children: ReactNode) {
  return render(
    <MemoryRouter initialEntries={['/before', address]} initialIndex={1}>
      {children}
      <Place />
    </MemoryRouter>,
  );
}

function Place() {
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  return (
    <>
      <output data-testid="address">{pathname + search}</output>
      <button data-testid="back" onClick={() => void navigate(-1)} />
    </>
  );
}

export function address(): string {
  return decodeURIComponent(screen.getByTestId('address').textContent);
}

export function goBack(): void {
  screen.getByTestId('back').click();
}
