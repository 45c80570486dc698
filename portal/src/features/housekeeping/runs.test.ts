import { describe, expect, it } from 'vitest';
import { durationOf, editable, existing, isDryRun, parametersOf, refetchIntervalOf } from './runs';

describe('runs', () => {
  it('reads the parameters of a run', () => {
    expect(parametersOf({ job_parameters: '{"workers":3}' })).toEqual({ workers: 3 });
  });

  it.each([undefined, '', 'no JSON', 'null', '3'])('takes parameters that are %j for none', (text) => {
    expect(parametersOf({ job_parameters: text })).toEqual({});
  });

  it('knows a dry run', () => {
    expect(isDryRun({ job_parameters: '{"dry_run":true}' })).toBe(true);
    expect(isDryRun({ job_parameters: '{"dry_run":false}' })).toBe(false);
  });

  it('looks often only while something goes on', () => {
    const ended = refetchIntervalOf([{ job_status: 'Success' }]);
    expect(refetchIntervalOf([{ job_status: 'Success' }, { job_status: 'Running' }])).toBeLessThan(ended);
  });

  it('measures a run until its end, and one that goes on until now', () => {
    const times = { creation_time: '2026-06-01T12:00:00Z', update_time: '2026-06-01T12:00:10Z' };
    const now = Date.parse('2026-06-01T12:01:00Z');
    expect(durationOf({ ...times, job_status: 'Success' }, now)).toBe(10_000);
    expect(durationOf({ ...times, job_status: 'Running' }, now)).toBe(60_000);
  });
});

describe('schedules', () => {
  it.each([null, undefined, {}])('takes the answer %j for none', (answer) => {
    expect(existing(answer)).toBeNull();
  });

  it('is edited as it is', () => {
    expect(editable({ schedule: { type: 'Custom', cron: '0 30 3 * * 1-5' } })).toEqual({
      type: 'Custom',
      cron: '0 30 3 * * 1-5',
    });
  });

  it('begins with none where there is none', () => {
    expect(editable(null).type).toBe('None');
  });
});
