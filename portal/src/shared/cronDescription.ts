/** What a cron line comes to, in parts that the catalogue has words for. Pure. */

import { FIELD_RANGES, type Cron, type CronField } from './cron';

type Times =
  | { kind: 'everyMinute' }
  | { kind: 'everyMinutes'; count: number }
  | { kind: 'onTheHour' }
  | { kind: 'everyHour'; minutes: Span[] }
  | { kind: 'clock'; times: string[] }
  | { kind: 'within'; minutes: Span[]; hours: Span[] };

type Days =
  | { kind: 'everyDay' }
  | { kind: 'weekdays'; weekdays: Span[] }
  | { kind: 'days'; days: Span[] }
  | { kind: 'either'; days: Span[]; weekdays: Span[] };

/** Values that follow each other, by the first and the last. */
export type Span = [first: number, last: number];

export interface CronDescription {
  times: Times;
  days: Days;
  /** Empty: all. */
  months: Span[];
}

/** More times of a day than that are not listed one by one. */
const MOST_TIMES = 6;

export function describeCron(cron: Cron): CronDescription {
  return {
    times: describeTimes(cron),
    days: describeDays(cron),
    months: isAll(cron, 'months') ? [] : spans(cron.months),
  };
}

function describeTimes(cron: Cron): Times {
  const { minutes, hours } = cron;
  if (isAll(cron, 'hours')) {
    if (isAll(cron, 'minutes')) return { kind: 'everyMinute' };
    const count = 60 / minutes.length;
    if (minutes.length > 1 && minutes.every((minute, index) => minute === index * count)) {
      return { kind: 'everyMinutes', count };
    }
    if (minutes.length === 1 && minutes[0] === 0) return { kind: 'onTheHour' };
    return { kind: 'everyHour', minutes: spans(minutes) };
  }
  if (minutes.length * hours.length > MOST_TIMES)
    return { kind: 'within', minutes: spans(minutes), hours: spans(hours) };
  const times = hours.flatMap((hour) => minutes.map((minute) => `${twoDigits(hour)}:${twoDigits(minute)}`));
  return { kind: 'clock', times };
}

function describeDays(cron: Cron): Days {
  const everyDay = isAll(cron, 'days');
  const everyWeekday = isAll(cron, 'weekdays');
  if (cron.anyDay) return everyWeekday ? { kind: 'everyDay' } : { kind: 'weekdays', weekdays: spans(cron.weekdays) };
  if (cron.anyWeekday) return everyDay ? { kind: 'everyDay' } : { kind: 'days', days: spans(cron.days) };
  if (everyDay || everyWeekday) return { kind: 'everyDay' };
  return { kind: 'either', days: spans(cron.days), weekdays: spans(cron.weekdays) };
}

function isAll(cron: Cron, field: CronField): boolean {
  const range = FIELD_RANGES.find((one) => one.field === field);
  return range !== undefined && cron[field].length === range.highest - range.lowest + 1;
}

/** `[1, 2, 3, 7]` is `[[1, 3], [7, 7]]`; two neighbours are two. */
export function spans(values: number[]): Span[] {
  const found: Span[] = [];
  for (const value of values) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === value - 1) last[1] = value;
    else found.push([value, value]);
  }
  return found.flatMap(([first, last]): Span[] =>
    last === first + 1
      ? [
          [first, first],
          [last, last],
        ]
      : [[first, last]],
  );
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
