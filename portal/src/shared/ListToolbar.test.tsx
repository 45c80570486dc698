import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { address, goBack, renderAt } from '@/test/page';
import { ListToolbar } from './ListToolbar';
import { useListState } from './useListState';

function List({ total = 40, selected = 0 }: { total?: number; selected?: number }) {
  const state = useListState({
    filters: [
      { key: 'name', comparison: 'contains' },
      { key: 'kind', comparison: 'exact' },
    ],
  });
  return (
    <ListToolbar
      label="Robots"
      state={state}
      fields={[
        { key: 'name', label: 'Name', kind: 'text' },
        { key: 'kind', label: 'Kind', kind: 'choice', choices: [{ value: 'big', label: 'Big ones' }] },
      ]}
      total={total}
      isFetching={false}
      onRefresh={vi.fn()}
      selected={selected}
    />
  );
}

function field(): HTMLInputElement {
  return screen.getByRole('textbox', { name: 'Filter by name' });
}

describe('a filter that is typed', () => {
  it('is applied once, when the typing pauses', async () => {
    renderAt('/robots?page=2', <List />);
    await userEvent.type(field(), 'web');
    expect(address()).toBe('/robots?page=2');
    await vi.waitFor(() => expect(address()).toBe('/robots?name=web'));
  });

  it('is cleared also before it was applied', async () => {
    renderAt('/robots', <List />);
    await userEvent.type(field(), 'web');
    await userEvent.click(screen.getByRole('button', { name: 'Clear: Filter by name' }));
    expect(field().value).toBe('');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(address()).toBe('/robots');
  });

  it('follows the address', async () => {
    renderAt('/robots?name=web', <List />);
    expect(field().value).toBe('web');
    act(goBack);
    await vi.waitFor(() => expect(field().value).toBe(''));
  });
});

describe('a filter that is chosen', () => {
  it('is in the address at once, until all are wanted again', async () => {
    renderAt('/robots', <List />);
    await userEvent.click(screen.getByRole('button', { name: 'Kind: All' }));
    await userEvent.click(await screen.findByRole('option', { name: 'Big ones' }));
    expect(address()).toBe('/robots?kind=big');
    await userEvent.click(screen.getByRole('button', { name: 'Kind: Big ones' }));
    await userEvent.click(await screen.findByRole('option', { name: 'All' }));
    expect(address()).toBe('/robots');
  });
});

describe('all filters', () => {
  const clear = () => screen.queryByRole('button', { name: 'Clear all filters' });

  it('have nothing to clear while none is set', () => {
    renderAt('/robots?page=2', <List />);
    expect(clear()).toBeNull();
  });

  it.each(['name=web', 'kind=big', 'name=web&kind=big&page=2'])('are cleared at once: %s', async (filters) => {
    renderAt(`/robots?${filters}`, <List />);
    clear()?.focus();
    await userEvent.keyboard('{Enter}');
    expect(address()).toBe('/robots');
    expect(clear()).toBeNull();
    expect(field().value).toBe('');
    expect(document.activeElement).toBe(field());
  });
});

describe('pages', () => {
  it('are turned in the address', async () => {
    renderAt('/robots', <List />);
    await userEvent.click(screen.getByRole('button', { name: 'Go to the next page' }));
    expect(address()).toBe('/robots?page=2');
  });
});
