import { describe, expect, it } from 'vitest';
import { ageOf, eventsOf, hoursOf, parametersFor, parseAge, purgedIn, typesOf, withChoice } from './purges';

const KNOWN = ['create_artifact', 'delete_artifact', 'pull_artifact', 'delete_project', 'login_user'];

describe('ages', () => {
  it.each([
    [2160, 90, 'days'],
    [24, 1, 'days'],
    [36, 36, 'hours'],
  ])('%d hours are %d %s', (hours, amount, unit) => {
    expect(ageOf(hours)).toEqual({ amount, unit });
  });

  it.each([
    ['90', 'days', 2160],
    ['1', 'hours', 1],
    ['10000', 'days', 240_000],
    ['10001', 'days', null],
    ['0', 'hours', null],
    ['1.5', 'days', null],
    ['', 'days', null],
  ] as const)('%j %s are %j hours', (amount, unit, hours) => {
    expect(parseAge(amount, unit)).toBe(hours);
  });
});

describe('events', () => {
  it('are read as they were sent', () => {
    const run = { job_parameters: '{"audit_retention_hour":48,"include_event_types":"Pull_artifact, other"}' };
    expect(hoursOf(run)).toBe(48);
    expect(eventsOf(run)).toEqual({ types: ['pull_artifact', 'other'], operations: [] });
  });

  it('are those of an operation where an older client named one', () => {
    const run = { job_parameters: '{"include_operations":"delete"}' };
    expect(typesOf(run, KNOWN)).toEqual(['delete_artifact', 'delete_project']);
  });

  it('are chosen one by one', () => {
    expect(withChoice(['pull_artifact'], 'login_user', true)).toEqual(['pull_artifact', 'login_user']);
    expect(withChoice(['pull_artifact', 'login_user'], 'login_user', false)).toEqual(['pull_artifact']);
  });

  it('need no names where everything else is chosen', () => {
    expect(withChoice(['pull_artifact', 'login_user'], 'other', true)).toEqual(['pull_artifact', 'other']);
  });

  it('are sent as one text', () => {
    expect(parametersFor(48, ['pull_artifact', 'other'], true)).toEqual({
      audit_retention_hour: 48,
      include_event_types: 'pull_artifact,other',
      dry_run: true,
    });
  });
});

describe('the log of a purge', () => {
  it.each([
    ['... [INFO] Purge audit job start\n... [INFO] Purged 4211 rows of audit logs\n', 4211],
    ['... [INFO] [DRYRUN]Purged 0 rows of audit logs\n', 0],
    ['... [INFO] Purge audit job start\n', null],
  ])('%j says %j', (log, rows) => {
    expect(purgedIn(log)).toBe(rows);
  });
});
