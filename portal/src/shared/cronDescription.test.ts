import { describe, expect, it } from 'vitest';
import { parseCron } from './cron';
import { describeCron, spans, type CronDescription } from './cronDescription';

function described(line: string): CronDescription | undefined {
  const { cron } = parseCron(line);
  return cron && describeCron(cron);
}

describe('describeCron', () => {
  it('lists few times of a day, and names hours and minutes of many', () => {
    expect(described('0 15,45 3 * * *')?.times).toEqual({ kind: 'clock', times: ['03:15', '03:45'] });
    expect(described('0 */10 8-18 * * *')?.times).toMatchObject({ kind: 'within', hours: [[8, 18]] });
  });

  it('tells regular minutes from others', () => {
    expect(described('0 * * * * *')?.times).toEqual({ kind: 'everyMinute' });
    expect(described('0 */15 * * * *')?.times).toEqual({ kind: 'everyMinutes', count: 15 });
    expect(described('0 0 * * * *')?.times).toEqual({ kind: 'onTheHour' });
    expect(described('0 */7 * * * *')?.times).toMatchObject({ kind: 'everyHour' });
    expect(described('0 5/15 * * * *')?.times).toMatchObject({ kind: 'everyHour' });
  });

  it('says which days', () => {
    expect(described('0 0 0 * * *')?.days).toEqual({ kind: 'everyDay' });
    expect(described('0 0 0 * * 1-5')?.days).toEqual({ kind: 'weekdays', weekdays: [[1, 5]] });
    expect(described('0 0 0 1 * ?')?.days).toEqual({ kind: 'days', days: [[1, 1]] });
    expect(described('0 0 0 1 * 1')?.days).toEqual({ kind: 'either', days: [[1, 1]], weekdays: [[1, 1]] });
    // Every day of the month, or Mondays: every day.
    expect(described('0 0 0 1-31 * 1')?.days).toEqual({ kind: 'everyDay' });
  });

  it('names months only where not all are meant', () => {
    expect(described('0 0 0 1 * ?')?.months).toEqual([]);
    expect(described('0 0 0 1 1-12 ?')?.months).toEqual([]);
    expect(described('0 0 0 1 3,6-9 ?')?.months).toEqual([
      [3, 3],
      [6, 9],
    ]);
  });
});

describe('spans', () => {
  it('joins three and more that follow each other', () => {
    expect(spans([1, 2, 3, 7, 9, 10])).toEqual([
      [1, 3],
      [7, 7],
      [9, 9],
      [10, 10],
    ]);
  });
});
