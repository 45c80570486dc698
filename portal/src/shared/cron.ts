/** Cron lines of six fields, the first one seconds, read as the server reads them; in UTC. Pure. */

/** The types of a schedule, as Harbor names them. */
export const SCHEDULE_TYPES = ['None', 'Hourly', 'Daily', 'Weekly', 'Custom'] as const;

export type ScheduleType = (typeof SCHEDULE_TYPES)[number];

/** `cron` is of use for `Custom` only: the other types have their own. */
export interface Schedule {
  type: ScheduleType;
  cron: string;
}

const CRONS: Record<Exclude<ScheduleType, 'Custom'>, string> = {
  None: '',
  Hourly: '0 0 * * * *',
  Daily: '0 0 0 * * *',
  Weekly: '0 0 0 * * 0',
};

/** The line of a schedule; empty for none. */
export function cronOf(schedule: Schedule): string {
  return schedule.type === 'Custom' ? schedule.cron.trim() : CRONS[schedule.type];
}

/** The schedule of a line, for operations that know lines only. */
export function scheduleOf(cron: string): Schedule {
  const line = cron.trim().split(/\s+/).join(' ');
  const type = SCHEDULE_TYPES.find((one) => one !== 'Custom' && CRONS[one] === line) ?? 'Custom';
  return { type, cron: line };
}

/** Whether the server takes it. */
export function isScheduleValid(schedule: Schedule): boolean {
  return schedule.type === 'None' || parseCron(cronOf(schedule)).problem === undefined;
}

/** The times a line names. */
export interface Cron {
  minutes: number[];
  hours: number[];
  days: number[];
  months: number[];
  /** 0 is Sunday. */
  weekdays: number[];
  /** Days of the month, or of the week, that restrict nothing, as a star. Where neither is one, a day of either counts. */
  anyDay: boolean;
  anyWeekday: boolean;
}

export type CronField = 'minutes' | 'hours' | 'days' | 'months' | 'weekdays';

/** Why a line is none. */
export type CronProblem =
  | { kind: 'empty' | 'tooLong' | 'seconds' | 'never' }
  | { kind: 'fieldCount'; count: number }
  | { kind: 'unreadable' | 'outOfRange' | 'backwards' | 'step'; field: CronField; part: string };

type Parsed = { cron: Cron; problem?: undefined } | { cron?: undefined; problem: CronProblem };

interface FieldRange {
  field: CronField;
  lowest: number;
  highest: number;
  /** Of the values from the lowest on. */
  names: string[];
}

export const FIELD_RANGES: FieldRange[] = [
  { field: 'minutes', lowest: 0, highest: 59, names: [] },
  { field: 'hours', lowest: 0, highest: 23, names: [] },
  { field: 'days', lowest: 1, highest: 31, names: [] },
  {
    field: 'months',
    lowest: 1,
    highest: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { field: 'weekdays', lowest: 0, highest: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

const LONGEST = 256;
const PART = /^(?:[*?]|(?<low>\d{1,2}|[a-z]{3})(?:-(?<high>\d{1,2}|[a-z]{3}))?)(?:\/(?<step>\d{1,2}))?$/;

/** What a line of six fields says, or why it says nothing. Five fields are taken too, as the server does. */
export function parseCron(line: string): Parsed {
  if (line.length > LONGEST) return { problem: { kind: 'tooLong' } };
  const fields = line.trim() === '' ? [] : line.trim().split(/\s+/);
  if (fields.length === 0) return { problem: { kind: 'empty' } };
  if (fields.length === 5) fields.unshift('0');
  if (fields.length !== 6) return { problem: { kind: 'fieldCount', count: fields.length } };
  const [seconds = '', ...texts] = fields.map((field) => field.toLowerCase());
  if (!/^0+$/.test(seconds)) return { problem: { kind: 'seconds' } };
  const values: Record<CronField, number[]> = { minutes: [], hours: [], days: [], months: [], weekdays: [] };
  for (const [index, range] of FIELD_RANGES.entries()) {
    const found = fieldValues(texts[index] ?? '', range);
    if (!Array.isArray(found)) return { problem: found };
    values[range.field] = found;
  }
  const [, , days = '', , weekdays = ''] = texts;
  const cron = {
    ...values,
    anyDay: isAny(days) || (values.days.length === 31 && isStarred(weekdays)),
    anyWeekday: isAny(weekdays) || (values.weekdays.length === 7 && isStarred(days)),
  };
  return nextRun(cron, new Date()) === null ? { problem: { kind: 'never' } } : { cron };
}

function isAny(text: string): boolean {
  return text.split(',').some((part) => part === '*' || part === '?');
}

function isStarred(text: string): boolean {
  return /[*?]/.test(text);
}

function fieldValues(text: string, range: FieldRange): number[] | CronProblem {
  const all = new Set<number>();
  for (const part of text.split(',')) {
    const found = partValues(part, range);
    if (!Array.isArray(found)) return { kind: found, field: range.field, part };
    for (const value of found) all.add(value);
  }
  return [...all].sort((a, b) => a - b);
}

function partValues(part: string, range: FieldRange): number[] | 'unreadable' | 'outOfRange' | 'backwards' | 'step' {
  const groups = PART.exec(part)?.groups;
  if (groups === undefined) return 'unreadable';
  const step = groups.step === undefined ? 1 : Number(groups.step);
  if (groups.low === undefined) return step === 0 ? 'step' : sequence(range.lowest, range.highest, step);
  const low = valueOf(groups.low, range);
  const high = groups.high === undefined ? low : valueOf(groups.high, range);
  if (Number.isNaN(low) || Number.isNaN(high)) return 'unreadable';
  if (low < range.lowest || high > range.highest) return 'outOfRange';
  if (low > high) return 'backwards';
  if (step === 0) return 'step';
  const isOpen = groups.high === undefined && groups.step !== undefined;
  return sequence(low, isOpen ? range.highest : high, step);
}

function valueOf(text: string, { lowest, names }: FieldRange): number {
  if (/^\d+$/.test(text)) return Number(text);
  const index = names.indexOf(text);
  return index < 0 ? NaN : lowest + index;
}

function sequence(low: number, high: number, step: number): number[] {
  const values = [];
  for (let value = low; value <= high; value += step) values.push(value);
  return values;
}

/** 29 February is at most eight years away. */
const DAYS_AHEAD = 9 * 366;
const DAY = 86_400_000;

/** The first time after another that it names; null when there is none (30 February). */
export function nextRun(cron: Cron, after: Date): Date | null {
  const midnight = Date.UTC(after.getUTCFullYear(), after.getUTCMonth(), after.getUTCDate());
  for (let day = 0; day <= DAYS_AHEAD; day += 1) {
    const date = new Date(midnight + day * DAY);
    if (!isDay(cron, date)) continue;
    const from = day === 0 ? after.getTime() : -1;
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        const time = date.getTime() + (hour * 60 + minute) * 60_000;
        if (time > from) return new Date(time);
      }
    }
  }
  return null;
}

function isDay(cron: Cron, date: Date): boolean {
  if (!cron.months.includes(date.getUTCMonth() + 1)) return false;
  const isDayOfMonth = cron.days.includes(date.getUTCDate());
  const isWeekday = cron.weekdays.includes(date.getUTCDay());
  if (cron.anyDay) return cron.anyWeekday || isWeekday;
  return cron.anyWeekday ? isDayOfMonth : isDayOfMonth || isWeekday;
}
