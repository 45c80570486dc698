/** Retention policies as the portal changes them, and what a run's log says. Pure. */

import type { RetentionPolicyView, RetentionRuleView } from '@/api/generated';
import { cronOf, scheduleOf, type Schedule } from '@/shared/cron';
import { allRepositories, allTags, withUntagged } from './selectors';

/** Templates that have sentences of their own. */
export const TEMPLATES = [
  'latestPushedK',
  'latestPulledN',
  'nDaysSinceLastPush',
  'nDaysSinceLastPull',
  'always',
] as const;

export type Template = (typeof TEMPLATES)[number];

/** What the server takes in one policy. */
export const MAX_RULES = 15;

const MAX_COUNT = 2 ** 31 - 1;
const MAX_DAYS = 36_525;

export function isTemplate(name: string | undefined): name is Template {
  return TEMPLATES.some((template) => template === name);
}

/** The policy of a project that has none yet. */
export function newPolicy(projectId: number): RetentionPolicyView {
  return {
    algorithm: 'or',
    rules: [],
    trigger: { kind: 'Schedule', settings: { cron: '' } },
    scope: { level: 'project', ref: projectId },
  };
}

export function newRule(): RetentionRuleView {
  return {
    action: 'retain',
    template: 'latestPushedK',
    params: { latestPushedK: 10 },
    tag_selectors: withUntagged(allTags(), true),
    scope_selectors: { repository: allRepositories() },
  };
}

/** How many, or of how many days; null where the rule does not say. */
export function numberOf(rule: RetentionRuleView): number | null {
  const value = rule.params?.[rule.template ?? ''];
  return typeof value === 'number' ? value : null;
}

/** The number somebody wrote for a template; null when the server would not take it. */
export function parseNumber(text: string, unit: string): number | null {
  if (!/^\d{1,10}$/.test(text.trim())) return null;
  const value = Number(text);
  return value <= (unit === 'DAYS' ? MAX_DAYS : MAX_COUNT) ? value : null;
}

/** When it runs by itself. */
export function policySchedule(policy: RetentionPolicyView): Schedule {
  const cron = policy.trigger?.kind === 'Schedule' ? policy.trigger.settings?.cron : '';
  return scheduleOf(typeof cron === 'string' ? cron : '');
}

export function nextScheduled(policy: RetentionPolicyView): string | undefined {
  const time = policy.trigger?.settings?.next_scheduled_time;
  return typeof time === 'string' ? time : undefined;
}

export function withSchedule(policy: RetentionPolicyView, schedule: Schedule): RetentionPolicyView {
  return { ...policy, trigger: { kind: 'Schedule', settings: { cron: cronOf(schedule) } } };
}

/** The rule in place of the one that was there, or after all others. */
export function withRule(policy: RetentionPolicyView, index: number | null, rule: RetentionRuleView) {
  const rules = policy.rules ?? [];
  const changed = index === null ? [...rules, rule] : rules.map((there, at) => (at === index ? rule : there));
  return { ...policy, rules: changed };
}

export function withoutRule(policy: RetentionPolicyView, index: number): RetentionPolicyView {
  return { ...policy, rules: (policy.rules ?? []).filter((_, at) => at !== index) };
}

/** The rule one place up (-1) or down (1). */
export function withRuleMoved(policy: RetentionPolicyView, index: number, by: -1 | 1): RetentionPolicyView {
  const rules = [...(policy.rules ?? [])];
  const moved = rules.splice(index, 1);
  rules.splice(index + by, 0, ...moved);
  return { ...policy, rules };
}

export type Verdict = 'RETAIN' | 'DEL' | 'IMMUTABLE';

/** An artifact as the log of a run lists it. */
export interface Listed {
  digest: string;
  tags: string[];
  labels: string[];
  pushed: string;
  pulled: string;
  verdict: Verdict;
}

const ROW =
  /\| (\S+:[0-9a-f]+) \| (.*) \| image \| (.*) \| (\d{4}\/[^|]*) \| ([^|]*) \| [^|]* \| (RETAIN|DEL|IMMUTABLE) \|$/;

/** The artifacts of a log, as they were last told of: one that was to go may have been spared. */
export function listedIn(log: string): Listed[] {
  const found = new Map<string, Listed>();
  for (const line of log.split('\n')) {
    const cells = ROW.exec(line.trimEnd());
    if (cells === null) continue;
    const [, digest = '', tags = '', labels = '', pushed = '', pulled = '', verdict] = cells;
    found.set(digest, {
      digest,
      tags: names(tags),
      labels: names(labels),
      pushed: moment(pushed),
      pulled: moment(pulled),
      verdict: verdict as Verdict,
    });
  }
  return [...found.values()];
}

function names(cell: string): string[] {
  return cell.split(',').filter((name) => name !== '');
}

/** `2026/11/30 03:07:52` of the log, which is UTC; empty for none. */
function moment(cell: string): string {
  const text = cell.trim();
  return text === '' ? '' : `${text.replaceAll('/', '-').replace(' ', 'T')}Z`;
}
