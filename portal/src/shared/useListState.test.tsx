import { act } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { address, goBack, renderAt } from '@/test/page';
import { useListState, type ListState } from './useListState';

const FILTERS = [
  { key: 'name', comparison: 'contains' },
  { key: 'who', field: 'username', comparison: 'exact' },
] as const;

/** The state of a list at an address; `current()` is that of the last render. */
function listAt(search: string, options: Parameters<typeof useListState>[0] = {}) {
  const states: ListState[] = [];
  function List() {
    states.push(useListState({ sort: 'name', filters: [...FILTERS], ...options }));
    return null;
  }
  renderAt(`/list${search}`, <List />);
  return () => states.at(-1) as ListState;
}

describe('what the address says', () => {
  it('is the first page in the usual order where it says nothing', () => {
    expect(listAt('')()).toMatchObject({
      page: 1,
      pageSize: 15,
      sort: 'name',
      isFiltered: false,
      query: { page: 1, page_size: 15, sort: 'name', q: undefined },
    });
  });

  it('is page, order and filters', () => {
    const state = listAt('?page=3&page_size=50&sort=-size&name=web&who=ann')();
    expect(state.isFiltered).toBe(true);
    expect(state.filters).toEqual({ name: 'web', who: 'ann' });
    expect(state.query).toEqual({ page: 3, page_size: 50, sort: '-size', q: 'name=~web,username=ann' });
  });

  it.each([
    ['?page=0', { page: 1 }],
    ['?page=-2', { page: 1 }],
    ['?page=two', { page: 1 }],
    ['?page=1.5', { page: 1 }],
    ['?page_size=0', { pageSize: 15 }],
    ['?page_size=5000', { pageSize: 100 }],
  ])('is not taken as it is where it makes no sense: %s', (search, expected) => {
    expect(listAt(search)()).toMatchObject(expected);
  });

  it('is told apart from that of another list of the page', () => {
    expect(listAt('?page=2&tags.page=4', { prefix: 'tags.' })().page).toBe(4);
  });
});

describe('what is written to the address', () => {
  it('is a step of its own for page and order, so that Back undoes it', () => {
    const current = listAt('');
    act(() => current().setPage(2));
    act(() => current().setSort('-size'));
    expect(address()).toBe('/list?sort=-size');
    act(goBack);
    expect(address()).toBe('/list?page=2');
    act(goBack);
    expect(address()).toBe('/list');
  });

  it('is no step of its own for each letter of a filter', () => {
    const current = listAt('');
    act(() => current().setFilter('name', 'w'));
    act(() => current().setFilter('name', 'we'));
    expect(address()).toBe('/list?name=we');
    act(goBack);
    expect(address()).toBe('/before');
  });

  it('begins at the first page where another order, size or filter is wanted', () => {
    const current = listAt('?page=7');
    act(() => current().setFilter('name', 'web'));
    expect(current().page).toBe(1);
    act(() => current().setPage(2));
    act(() => current().setPageSize(50));
    expect(current()).toMatchObject({ page: 1, pageSize: 50 });
    act(() => current().setPage(2));
    act(() => current().setSort('size'));
    expect(current().page).toBe(1);
  });

  it('leaves what belongs to others alone', () => {
    const current = listAt('?view=log&name=web&who=ann&page=2');
    act(() => current().clearFilters());
    expect(address()).toBe('/list?view=log');
  });
});
