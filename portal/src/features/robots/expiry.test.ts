import { describe, expect, it } from 'vitest';
import { dateText, durationOf, endOf, nearness } from './expiry';

const CREATED = new Date(2026, 4, 20, 15, 30);
const typed = { days: '', date: '' };

describe('when a robot ends', () => {
  it('is never, or stays as it is', () => {
    expect(durationOf({ ...typed, choice: 'never' }, CREATED)).toBe(-1);
    expect(durationOf({ ...typed, choice: 'keep' }, CREATED)).toBe(null);
  });

  it.each([
    ['30', 30],
    [' 1 ', 1],
    ['0', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['', undefined],
    ['ten', undefined],
    ['99999999', undefined],
  ])('in %j days is %j', (days, duration) => {
    expect(durationOf({ ...typed, choice: 'days', days }, CREATED)).toBe(duration);
  });

  it.each([
    ['2026-05-21', 1],
    ['2026-06-19', 30],
    ['2027-05-20', 365],
    ['2026-05-20', undefined],
    ['2026-05-01', undefined],
    ['', undefined],
  ])('on %j is in %j days', (date, duration) => {
    expect(durationOf({ ...typed, choice: 'date', date }, CREATED)).toBe(duration);
  });

  it('is on the day that was chosen, whatever the hour of its creation', () => {
    const late = new Date(2026, 4, 20, 23, 59);
    const days = durationOf({ ...typed, choice: 'date', date: '2026-05-25' }, late);
    expect(days).toBe(5);
    expect(dateText(endOf(days ?? 0, late))).toBe('2026-05-25');
  });
});

describe('how near it is', () => {
  const now = new Date('2026-06-01T12:00:00Z');
  const seconds = (text: string) => new Date(text).getTime() / 1000;

  it.each([
    [-1, 'never'],
    [seconds('2026-06-01T12:00:00Z'), 'past'],
    [seconds('2026-06-08T12:00:00Z'), 'soon'],
    [seconds('2026-06-08T12:00:01Z'), 'later'],
  ])('%d is %s', (expiresAt, state) => {
    expect(nearness(expiresAt, now)).toBe(state);
  });
});
