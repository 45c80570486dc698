import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  Link,
  UNSAFE_createBrowserHistory as createBrowserHistory,
  unstable_HistoryRouter as HistoryRouter,
  useLocation,
  useNavigate,
} from 'react-router';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Guarded } from './Guarded';
import { guardedHistory } from './guardedHistory';
import { LeaveGuard } from './leaveGuard';
import { useDeparture, useUnsaved } from './leaving';

const signOut = vi.fn();

function Page() {
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const depart = useDeparture();
  const isForm = pathname === '/form';
  useUnsaved(isForm);
  const leave = async () => {
    await Promise.resolve();
    signOut();
    await navigate('/signed-out');
  };
  return (
    <>
      <h1>{pathname + search}</h1>
      <Link to="/form">form</Link>
      <Link to="/list">list</Link>
      <Link to="?tab=2">tab</Link>
      <button onClick={() => void navigate('/found')}>search</button>
      <button onClick={() => depart(leave)}>sign out</button>
    </>
  );
}

/** Opens the list, then the form with unsaved work. */
async function openForm() {
  window.history.replaceState(null, '', '/list');
  const guard = new LeaveGuard();
  const history = guardedHistory(createBrowserHistory({ v5Compat: true }), guard);
  render(
    <HistoryRouter history={history}>
      <Guarded guard={guard}>
        <Page />
      </Guarded>
    </HistoryRouter>,
  );
  await userEvent.click(screen.getByRole('link', { name: 'form' }));
  await shows('/form');
}

async function shows(address: string) {
  await screen.findByRole('heading', { name: address });
  await waitFor(() => expect(window.location.pathname + window.location.search).toBe(address));
}

const dialog = () => screen.findByRole('dialog', { name: /Leave without saving/ });

async function answer(name: 'Leave' | 'Cancel') {
  await dialog();
  await userEvent.click(screen.getByRole('button', { name }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
}

beforeEach(() => signOut.mockReset());

describe('unsaved work', () => {
  it.each([
    ['link', 'list', '/list'],
    ['button', 'search', '/found'],
  ])('is asked about by a %s', async (role, name, address) => {
    await openForm();
    await userEvent.click(screen.getByRole(role, { name }));
    await answer('Cancel');
    await shows('/form');
    await userEvent.click(screen.getByRole(role, { name }));
    await answer('Leave');
    await shows(address);
  });

  it('is asked about by Back, which the address does not follow before', async () => {
    await openForm();
    act(() => window.history.back());
    await answer('Cancel');
    await shows('/form');
    act(() => window.history.back());
    await answer('Leave');
    await shows('/list');
    // And Forward leads back to the form: nothing in the history was lost.
    act(() => window.history.forward());
    await shows('/form');
  });

  it('is asked about once by what signs out, and kept by who stays', async () => {
    await openForm();
    await userEvent.click(screen.getByRole('button', { name: 'sign out' }));
    await answer('Cancel');
    expect(signOut).not.toHaveBeenCalled();
    await userEvent.click(screen.getByRole('button', { name: 'sign out' }));
    await answer('Leave');
    await shows('/signed-out');
    expect(signOut).toHaveBeenCalledOnce();
  });

  it('is asked about when the window is closed, and no longer when it is gone', async () => {
    const close = () => window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
    await openForm();
    expect(close()).toBe(false);
    await userEvent.click(screen.getByRole('link', { name: 'list' }));
    await answer('Leave');
    await shows('/list');
    expect(close()).toBe(true);
  });

  it('is not left by another tab or filter of the page', async () => {
    await openForm();
    await userEvent.click(screen.getByRole('link', { name: 'tab' }));
    await shows('/form?tab=2');
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});

it('a page without unsaved work is left at once', async () => {
  await openForm();
  await userEvent.click(screen.getByRole('link', { name: 'list' }));
  await answer('Leave');
  await userEvent.click(screen.getByRole('button', { name: 'search' }));
  await shows('/found');
});
