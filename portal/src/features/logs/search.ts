/** From the filters in the address to what the API is asked. Pure. */

import { buildQuery } from '@/shared/query';
import type { FilterSpec } from '@/shared/useListState';

/** Time ranges that end now. */
export const PRESETS = ['hour', 'day', 'week'] as const;

/** The range with its ends in `from` and `to`. */
export const CUSTOM = 'custom' as const;

const HOUR = 3_600_000;
const LENGTHS: Record<string, number> = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR };

const COMPARED: FilterSpec[] = [
  { key: 'user', field: 'username', comparison: 'contains' },
  { key: 'operation', comparison: 'exact' },
  { key: 'type', field: 'resource_type', comparison: 'exact' },
  { key: 'resource', comparison: 'contains' },
  { key: 'result', field: 'operation_result', comparison: 'exact' },
];

/** Everything the list is filtered by. */
export const FILTERS: FilterSpec[] = [
  ...COMPARED,
  ...['time', 'from', 'to'].map((key) => ({ key, comparison: 'range' as const })),
];

/** The `q` of the filters as of now; `before`: only rows with a smaller number. */
export function searchOf(filters: Record<string, string>, now: Date, before?: number): string | undefined {
  return buildQuery([
    ...COMPARED.map(({ key, field, comparison }) => ({ key: field ?? key, comparison, value: filters[key] })),
    { key: 'op_time', comparison: 'range', value: rangeOf(filters, now) },
    { key: 'id', comparison: 'range', value: before === undefined ? '' : `~${before - 1}` },
  ]);
}

/** `2026-05-01T10:00:00~`: from and to in UTC; empty when there is no range. */
function rangeOf({ time = '', from = '', to = '' }: Record<string, string>, now: Date): string {
  const length = LENGTHS[time];
  if (length !== undefined) return `${stamp(new Date(now.getTime() - length))}~`;
  if (time !== CUSTOM) return '';
  const [first, last] = [momentOf(from), momentOf(to)];
  return first === null && last === null
    ? ''
    : `${first === null ? '' : stamp(first)}~${last === null ? '' : stamp(last)}`;
}

/** A moment as the API's lists read it. */
function stamp(moment: Date): string {
  return moment.toISOString().slice(0, 19);
}

/** A moment of the address, `2026-05-01T10:00` in UTC; null when it is none. */
function momentOf(text: string): Date | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text)) return null;
  const moment = new Date(`${text}Z`);
  return Number.isNaN(moment.getTime()) ? null : moment;
}

/** A moment of the address as an input of the browser has it: local time. Empty when it is none. */
export function toLocal(text: string): string {
  const moment = momentOf(text);
  if (moment === null) return '';
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What an input of the browser has as a moment of the address. */
export function fromLocal(text: string): string {
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) ? '' : moment.toISOString().slice(0, 16);
}
