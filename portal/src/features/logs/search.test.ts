import { describe, expect, it } from 'vitest';
import { fromLocal, searchOf, toLocal } from './search';

const NOW = new Date('2026-05-08T12:00:00.500Z');

describe('searchOf', () => {
  it('asks for everything without filters', () => {
    expect(searchOf({}, NOW)).toBeUndefined();
  });

  it('compares names in part, and what is chosen as a whole', () => {
    expect(
      searchOf({ user: 'ann', operation: 'delete', type: 'tag retention', resource: 'shop/', result: 'false' }, NOW),
    ).toBe('username=~ann,operation=delete,resource_type=tag%20retention,resource=~shop%2F,operation_result=false');
  });

  it.each([
    ['hour', 'op_time=[2026-05-08T11:00:00~]'],
    ['day', 'op_time=[2026-05-07T12:00:00~]'],
    ['week', 'op_time=[2026-05-01T12:00:00~]'],
    ['year', undefined],
  ])('the range %s ends now', (time, query) => {
    expect(searchOf({ time }, NOW)).toBe(query);
  });

  it.each([
    ['2026-05-01T10:00', '2026-05-02T11:30', 'op_time=[2026-05-01T10:00:00~2026-05-02T11:30:00]'],
    ['2026-05-01T10:00', '', 'op_time=[2026-05-01T10:00:00~]'],
    ['', '2026-05-02T11:30', 'op_time=[~2026-05-02T11:30:00]'],
    ['', '', undefined],
    ['yesterday', '2026-99-99T00:00', undefined],
  ])('a range of its own from %j to %j', (from, to, query) => {
    expect(searchOf({ time: 'custom', from, to }, NOW)).toBe(query);
  });

  it('leaves ends alone that belong to another range', () => {
    expect(searchOf({ from: '2026-05-01T10:00' }, NOW)).toBeUndefined();
  });

  it('goes on before a row', () => {
    expect(searchOf({ operation: 'pull' }, NOW, 51)).toBe('operation=pull,id=[~50]');
  });
});

describe('local time', () => {
  it('is that of the browser, in UTC in the address', () => {
    const local = '2026-05-01T10:00';
    expect(toLocal(fromLocal(local))).toBe(local);
    expect(fromLocal(local)).toBe(new Date(2026, 4, 1, 10).toISOString().slice(0, 16));
  });

  it('is empty when there is none', () => {
    expect(toLocal('soon')).toBe('');
    expect(fromLocal('')).toBe('');
  });
});
