/** Page, order and filters of a list, kept in the address: a link shows the same, and Back works. */

import { useSearchParams } from 'react-router';
import { buildQuery, type Comparison } from './query';

export interface FilterSpec {
  /** The key in the address, and in `q` unless `field` says another. */
  key: string;
  field?: string;
  comparison: Comparison;
}

export interface ListState {
  page: number;
  pageSize: number;
  /** As the API has it: `-creation_time`. */
  sort: string;
  filters: Record<string, string>;
  isFiltered: boolean;
  /** The parameters of a list's operation. */
  query: { page: number; page_size: number; sort?: string; q?: string };
  setPage: (page: number) => void;
  setPageSize: (size: number) => void;
  setSort: (sort: string) => void;
  setFilter: (key: string, value: string) => void;
  clearFilters: () => void;
}

export const PAGE_SIZES = [15, 25, 50, 100];

interface Options {
  sort?: string;
  filters?: FilterSpec[];
  pageSize?: number;
  /** Before each key, where one page has several lists. */
  prefix?: string;
}

/** Filters whose comparison the API knows go into `query.q`; the page may read the others from `filters`. */
export function useListState({ sort = '', filters = [], pageSize = 15, prefix = '' }: Options = {}): ListState {
  const [parameters, setParameters] = useSearchParams();
  const key = (name: string) => `${prefix}${name}`;
  const read = (name: string) => parameters.get(key(name)) ?? '';
  const write = (changes: Record<string, string>, options: { replace: boolean }) => {
    setParameters((before) => {
      const after = new URLSearchParams(before);
      for (const [name, value] of Object.entries(changes)) {
        if (value === '') after.delete(key(name));
        else after.set(key(name), value);
      }
      return after;
    }, options);
  };
  const values = Object.fromEntries(filters.map((filter) => [filter.key, read(filter.key)]));
  const current = {
    page: positive(read('page'), 1, 1_000_000),
    pageSize: positive(read('page_size'), pageSize, 100),
    sort: read('sort') || sort,
  };
  return {
    ...current,
    filters: values,
    isFiltered: Object.values(values).some((value) => value !== ''),
    query: {
      page: current.page,
      page_size: current.pageSize,
      sort: current.sort || undefined,
      q: buildQuery(
        filters.map((filter) => ({
          key: filter.field ?? filter.key,
          comparison: filter.comparison,
          value: values[filter.key],
        })),
      ),
    },
    setPage: (page) => write({ page: page === 1 ? '' : String(page) }, { replace: false }),
    setPageSize: (size) => write({ page_size: String(size), page: '' }, { replace: false }),
    setSort: (order) => write({ sort: order, page: '' }, { replace: false }),
    // What is typed letter by letter is one step back.
    setFilter: (name, value) => write({ [name]: value, page: '' }, { replace: true }),
    clearFilters: () =>
      write(Object.fromEntries([['page', ''], ...filters.map((filter) => [filter.key, ''])]), { replace: false }),
  };
}

function positive(text: string, fallback: number, most: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value >= 1 ? Math.min(value, most) : fallback;
}
