/** When a robot ends. The API wants days from its creation; people think of a date. Pure. */

export const FOR_EVER = -1;

const DAY = 86_400_000;
const SOON = 7 * DAY;
/** The last year the server takes. */
const LAST_YEAR = 9998;

export type ExpiryChoice = 'keep' | 'never' | 'days' | 'date';

export interface Expiry {
  choice: ExpiryChoice;
  /** As typed. */
  days: string;
  /** As `<input type="date">` has it: `2026-06-30`. */
  date: string;
}

/** The days to ask for; null: leave it as it is; undefined: what was typed makes no sense. `from`: of its creation. */
export function durationOf({ choice, days, date }: Expiry, from: Date): number | null | undefined {
  if (choice === 'keep') return null;
  if (choice === 'never') return FOR_EVER;
  const count = choice === 'days' ? (/^\d+$/.test(days.trim()) ? Number(days) : Number.NaN) : daysUntil(date, from);
  return count >= 1 && endOf(count, from).getUTCFullYear() <= LAST_YEAR ? count : undefined;
}

/** When a robot of that many days ends. */
export function endOf(days: number, from: Date): Date {
  return new Date(from.getTime() + days * DAY);
}

/** Days from the day of `from` to a date, both as calendars here have them. */
function daysUntil(date: string, from: Date): number {
  const [year, month, day] = date.split('-').map(Number);
  if (year === undefined || month === undefined || day === undefined) return Number.NaN;
  const start = Date.UTC(from.getFullYear(), from.getMonth(), from.getDate());
  return Math.round((Date.UTC(year, month - 1, day) - start) / DAY);
}

/** `2026-06-30`, for `<input type="date">`. */
export function dateText(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** How near the end is. `expiresAt`: seconds, as the API has it. */
export function nearness(expiresAt: number, now: Date): 'never' | 'past' | 'soon' | 'later' {
  if (expiresAt === FOR_EVER) return 'never';
  const left = expiresAt * 1000 - now.getTime();
  if (left <= 0) return 'past';
  return left <= SOON ? 'soon' : 'later';
}
