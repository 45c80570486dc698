import { describe, expect, it } from 'vitest';
import type { RetentionPolicyView } from '@/api/generated';
import {
  listedIn,
  newPolicy,
  newRule,
  numberOf,
  parseNumber,
  policySchedule,
  withoutRule,
  withRule,
  withRuleMoved,
  withSchedule,
} from './retention';

const rule = (count: number) => ({ ...newRule(), params: { latestPushedK: count } });
const counts = (policy: RetentionPolicyView) => policy.rules?.map(numberOf);

describe('rules of a policy', () => {
  const policy = { ...newPolicy(2), rules: [rule(1), rule(2), rule(3)] };

  it('are added at the end, and replaced where they are', () => {
    expect(counts(withRule(policy, null, rule(4)))).toEqual([1, 2, 3, 4]);
    expect(counts(withRule(policy, 1, rule(4)))).toEqual([1, 4, 3]);
  });

  it('are taken out and moved', () => {
    expect(counts(withoutRule(policy, 0))).toEqual([2, 3]);
    expect(counts(withRuleMoved(policy, 2, -1))).toEqual([1, 3, 2]);
    expect(counts(withRuleMoved(policy, 0, 1))).toEqual([2, 1, 3]);
    expect(counts(policy)).toEqual([1, 2, 3]);
  });
});

describe('the schedule of a policy', () => {
  it('is a cron line in the trigger', () => {
    const daily = withSchedule(newPolicy(2), { type: 'Daily', cron: '' });
    expect(daily.trigger).toEqual({ kind: 'Schedule', settings: { cron: '0 0 0 * * *' } });
    expect(policySchedule(daily).type).toBe('Daily');
    expect(policySchedule(newPolicy(2)).type).toBe('None');
  });

  it('is none for a policy that nothing starts', () => {
    expect(policySchedule({ trigger: { kind: '', settings: { cron: '0 0 0 * * *' } } }).type).toBe('None');
  });
});

describe('parseNumber', () => {
  it('takes what the server takes', () => {
    expect(parseNumber('10', 'COUNT')).toBe(10);
    expect(parseNumber(' 0 ', 'COUNT')).toBe(0);
    expect(parseNumber('36525', 'DAYS')).toBe(36_525);
    expect(parseNumber('36526', 'DAYS')).toBeNull();
    expect(parseNumber('36526', 'COUNT')).toBe(36_526);
    expect(parseNumber('2147483648', 'COUNT')).toBeNull();
  });

  it('takes nothing else', () => {
    for (const text of ['', '-1', '1.5', '1e3', 'ten']) expect(parseNumber(text, 'COUNT')).toBeNull();
  });
});

describe('listedIn', () => {
  const log = [
    '2026-11-30T03:07:52Z [INFO] Run retention process. Repository: shop/app, Rule Algorithm: or, Dry Run: true',
    '2026-11-30T03:07:52Z [INFO] | Digest | Tag | Kind | Labels | PushedTime | PulledTime | CreatedTime | Retention |',
    '2026-11-30T03:07:52Z [INFO] | sha256:60fd | latest,v1.6 | image | a | b,c | 2026/11/30 03:07:52 | 2026/11/30 03:07:53 | 2026/11/30 03:07:51 | RETAIN |',
    '2026-11-30T03:07:52Z [INFO] | sha256:e20b |  | image |  | 2026/11/30 03:07:51 |  | 2026/11/30 03:07:51 | DEL |',
    '2026-11-30T03:07:52Z [INFO] | sha256:17c9 | stable | image |  | 2026/11/30 03:07:51 |  | 2026/11/30 03:07:51 | IMMUTABLE |',
    '',
  ].join('\n');

  it('reads what stays and what goes', () => {
    expect(listedIn(log)).toEqual([
      {
        digest: 'sha256:60fd',
        tags: ['latest', 'v1.6'],
        labels: ['a | b', 'c'],
        pushed: '2026-11-30T03:07:52Z',
        pulled: '2026-11-30T03:07:53Z',
        verdict: 'RETAIN',
      },
      { digest: 'sha256:e20b', tags: [], labels: [], pushed: '2026-11-30T03:07:51Z', pulled: '', verdict: 'DEL' },
      expect.objectContaining({ digest: 'sha256:17c9', verdict: 'IMMUTABLE' }),
    ]);
  });

  it('takes what is said last of an artifact', () => {
    const spared = log.split('\n')[3]?.replace('DEL', 'RETAIN') ?? '';
    expect(listedIn(`${log}${spared}`).map(({ verdict }) => verdict)).toEqual(['RETAIN', 'RETAIN', 'IMMUTABLE']);
  });
});
