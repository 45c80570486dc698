/** The banner as `banner_message` has it: JSON text of {message, type, closable, fromDate, toDate} (H row 105). Pure. */

export const BANNER_TYPES = ['info', 'success', 'warning', 'danger'] as const;

export type BannerType = (typeof BANNER_TYPES)[number];

export interface BannerMessage {
  message: string;
  type: BannerType;
  closable: boolean;
  /** When it is first and last shown; null: no such limit. */
  from: Date | null;
  to: Date | null;
}

/** The banner of a text; null when there is none. What is no JSON is a message as it stands. */
export function parseBanner(text: unknown): BannerMessage | null {
  if (typeof text !== 'string' || text.trim() === '') return null;
  const parsed = objectOf(text);
  if (parsed === undefined) return { message: text.trim(), type: 'info', closable: false, from: null, to: null };
  if (parsed === null || typeof parsed.message !== 'string' || parsed.message.trim() === '') return null;
  return {
    message: parsed.message.trim(),
    type: BANNER_TYPES.find((type) => type === parsed.type) ?? 'info',
    closable: parsed.closable === true || parsed.closable === 'true',
    from: dateOf(parsed.fromDate, 'first'),
    to: dateOf(parsed.toDate, 'last'),
  };
}

/** Whether it is shown then. */
export function isShownAt({ from, to }: BannerMessage, now: Date): boolean {
  return (from === null || from <= now) && (to === null || now <= to);
}

/** The text for `banner_message`; empty without a message. */
export function formatBanner({ message, type, closable, from, to }: BannerMessage): string {
  if (message.trim() === '') return '';
  return JSON.stringify({
    message: message.trim(),
    type,
    closable,
    ...(from === null ? {} : { fromDate: from.toISOString() }),
    ...(to === null ? {} : { toDate: to.toISOString() }),
  });
}

/** The first or last moment of a day such as `2026-05-01`, in the local time zone; null when it is none. */
export function momentOf(day: string, end: 'first' | 'last'): Date | null {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? [];
  if (year === undefined) return null;
  const found = new Date(Number(year), Number(month) - 1, Number(date));
  if (end === 'last') found.setHours(23, 59, 59, 999);
  return found;
}

/** `2026-05-01`: the day of a moment in the local time zone; empty for none. */
export function dayOf(moment: Date | null): string {
  if (moment === null) return '';
  const digits = (value: number, length: number) => String(value).padStart(length, '0');
  return `${digits(moment.getFullYear(), 4)}-${digits(moment.getMonth() + 1, 2)}-${digits(moment.getDate(), 2)}`;
}

/** The fields of a JSON object; null for other JSON, undefined for what is no JSON. */
function objectOf(text: string): Record<string, unknown> | null | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : null;
  } catch {
    return undefined;
  }
}

/** Dates come as days or as moments; what is neither sets no limit. A day counts to its end. */
function dateOf(value: unknown, end: 'first' | 'last'): Date | null {
  if (typeof value !== 'string' || value.trim() === '') return null;
  const day = momentOf(value.trim(), end);
  if (day !== null) return day;
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return null;
  if (end === 'last' && !value.includes(':')) moment.setHours(23, 59, 59, 999);
  return moment;
}
