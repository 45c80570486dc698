import { describe, expect, it } from 'vitest';
import { cronOf, isScheduleValid, nextRun, parseCron, scheduleOf } from './cron';

/** The answers are those of the server's own reader of cron lines. */
function next(line: string, after: string): string | null {
  const { cron } = parseCron(line);
  return cron === undefined ? null : (nextRun(cron, new Date(after))?.toISOString().slice(0, 16) ?? null);
}

function problem(line: string) {
  return parseCron(line).problem;
}

describe('parseCron', () => {
  it('takes six fields, and five without the second', () => {
    expect(problem('0 0 3 * * *')).toBeUndefined();
    expect(problem('0 3 * * *')).toBeUndefined();
    expect(problem('0 3 * *')).toEqual({ kind: 'fieldCount', count: 4 });
    expect(problem('  ')).toEqual({ kind: 'empty' });
  });

  it('wants the second to be 0', () => {
    expect(problem('00 0 3 * * *')).toBeUndefined();
    expect(problem('30 0 3 * * *')).toEqual({ kind: 'seconds' });
  });

  it('says which part of which field is wrong, and how', () => {
    expect(problem('0 60 * * * *')).toEqual({ kind: 'outOfRange', field: 'minutes', part: '60' });
    expect(problem('0 0 0 0 * *')).toEqual({ kind: 'outOfRange', field: 'days', part: '0' });
    expect(problem('0 0 0 * * 7')).toEqual({ kind: 'outOfRange', field: 'weekdays', part: '7' });
    expect(problem('0 0 1,18-9 * * *')).toEqual({ kind: 'backwards', field: 'hours', part: '18-9' });
    expect(problem('0 */0 * * * *')).toEqual({ kind: 'step', field: 'minutes', part: '*/0' });
    expect(problem('0 0 0 * foo *')).toEqual({ kind: 'unreadable', field: 'months', part: 'foo' });
    expect(problem('0 0 0 L * *')).toEqual({ kind: 'unreadable', field: 'days', part: 'l' });
  });

  it('knows days that never come', () => {
    expect(problem('0 0 0 30 2 ?')).toEqual({ kind: 'never' });
    expect(problem('0 0 0 29 2 ?')).toBeUndefined();
  });

  it('refuses a line longer than 256 characters', () => {
    expect(problem(`0 ${'0,'.repeat(125)}0 * * * *`)).toEqual({ kind: 'tooLong' });
  });
});

describe('nextRun', () => {
  it('is after the time, never at it', () => {
    expect(next('0 0 3 * * *', '2026-03-01T02:59:59Z')).toBe('2026-03-01T03:00');
    expect(next('0 0 3 * * *', '2026-03-01T03:00:00Z')).toBe('2026-03-02T03:00');
  });

  it('reads names, lists, ranges and steps', () => {
    expect(next('0 30 8-18/2 * * mon-fri', '2026-05-01T18:30:00Z')).toBe('2026-05-04T08:30');
    expect(next('0 0 0 1 Jan,Jul *', '2026-02-01T00:00:00Z')).toBe('2026-07-01T00:00');
    expect(next('0 10/20 * * * ?', '2026-02-01T00:31:00Z')).toBe('2026-02-01T00:50');
  });

  it('takes a range of one value for that value', () => {
    expect(next('0 5-5 * * * *', '2026-02-01T00:06:00Z')).toBe('2026-02-01T01:05');
    expect(next('0 5-5/2 * * * *', '2026-02-01T00:06:00Z')).toBe('2026-02-01T01:05');
    expect(next('0 0 0 * * Mon-1', '2026-05-01T00:00:00Z')).toBe('2026-05-04T00:00');
  });

  it('takes a day of the month or of the week where both are restricted', () => {
    expect(next('0 0 0 15 * 1', '2026-06-01T00:00:00Z')).toBe('2026-06-08T00:00');
    expect(next('0 0 0 15 * *', '2026-06-01T00:00:00Z')).toBe('2026-06-15T00:00');
    expect(next('0 0 0 ? * 1', '2026-06-01T00:00:00Z')).toBe('2026-06-08T00:00');
  });

  it('finds a leap day eight years away', () => {
    expect(next('0 0 0 29 2 *', '2096-03-01T00:00:00Z')).toBe('2104-02-29T00:00');
  });
});

describe('schedules', () => {
  it('have the lines of Harbor', () => {
    expect(cronOf({ type: 'Weekly', cron: 'left from before' })).toBe('0 0 0 * * 0');
    expect(cronOf({ type: 'None', cron: '' })).toBe('');
    expect(cronOf({ type: 'Custom', cron: ' 0 0 3 * * * ' })).toBe('0 0 3 * * *');
  });

  it('are known by their lines', () => {
    expect(scheduleOf('')).toEqual({ type: 'None', cron: '' });
    expect(scheduleOf('0 0  * * * *').type).toBe('Hourly');
    expect(scheduleOf('0 0 3 * * *')).toEqual({ type: 'Custom', cron: '0 0 3 * * *' });
  });

  it('are valid without a line only when there is none', () => {
    expect(isScheduleValid({ type: 'None', cron: 'x' })).toBe(true);
    expect(isScheduleValid({ type: 'Daily', cron: '' })).toBe(true);
    expect(isScheduleValid({ type: 'Custom', cron: '' })).toBe(false);
  });
});
