/** Webhook policies as a form edits them, and what deliveries tell. Pure. */

import type { PolicyBody, PolicyView, TargetView, TriggerView } from '@/api/generated';
import { patternProblem, type PatternProblem } from '@/features/policies/patterns';
import { isTime } from '@/shared/format';

/** Events that have names of their own, in the order in which they are shown. */
export const EVENTS = [
  'PUSH_ARTIFACT',
  'PULL_ARTIFACT',
  'DELETE_ARTIFACT',
  'TAG_RETENTION',
  'QUOTA_WARNING',
  'QUOTA_EXCEED',
  'SCANNING_COMPLETED',
  'SCANNING_FAILED',
  'SCANNING_STOPPED',
  'REPLICATION',
] as const;

export type EventName = (typeof EVENTS)[number];

export function isEventName(name: string): name is EventName {
  return EVENTS.some((event) => event === name);
}

/** What the server takes. */
export const MAX_TARGETS = 10;
export const MAX_PATTERNS = 20;
export const MIN_SECRET = 16;
export const MAX_SECRET = 255;

/** What becomes of the secret that deliveries are signed with. */
export type SecretChange = { kind: 'keep' } | { kind: 'remove' } | { kind: 'set'; value: string };

export interface Draft {
  name: string;
  description: string;
  isEnabled: boolean;
  events: string[];
  targets: TargetView[];
  /** Patterns, one in a line. */
  repositories: string;
  tags: string;
  secret: SecretChange;
}

export function newTarget(): TargetView {
  return { type: 'http', address: '', auth_header: '', skip_cert_verify: false, payload_format: 'Default' };
}

export function draftOf(policy: PolicyView | null): Draft {
  return {
    name: policy?.name ?? '',
    description: policy?.description ?? '',
    isEnabled: policy?.enabled ?? true,
    events: policy?.event_types ?? ['PUSH_ARTIFACT'],
    targets: policy?.targets ?? [newTarget()],
    repositories: (policy?.filters?.repositories ?? []).join('\n'),
    tags: (policy?.filters?.tags ?? []).join('\n'),
    secret: { kind: 'keep' },
  };
}

export function bodyOf(draft: Draft, creator: string): PolicyBody {
  const { secret } = draft;
  return {
    name: draft.name,
    description: draft.description,
    enabled: draft.isEnabled,
    event_types: draft.events,
    targets: draft.targets.map(cleaned),
    creator,
    filters: { repositories: patternsOf(draft.repositories), tags: patternsOf(draft.tags) },
    // Left out it stays as it is; an empty one ends signing.
    ...(secret.kind === 'keep' ? {} : { secret: secret.kind === 'set' ? secret.value : '' }),
  };
}

/** The policy as it is, switched on or off. Filters and secret that are not named stay. */
export function switched(policy: PolicyView): PolicyBody {
  const { name, description, event_types, targets, creator } = policy;
  return { name, description, event_types, targets, creator, enabled: !policy.enabled };
}

/** Slack's has no format to choose. */
function cleaned(target: TargetView): TargetView {
  return {
    ...target,
    address: target.address?.trim(),
    payload_format: target.type === 'slack' ? '' : target.payload_format || 'Default',
  };
}

export function patternsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

export type FilterProblem = { pattern: string; problem: PatternProblem } | 'tooManyPatterns';

/** What is wrong with the patterns of a filter; null when nothing is. */
export function filterProblem(text: string): FilterProblem | null {
  const patterns = patternsOf(text);
  if (patterns.length > MAX_PATTERNS) return 'tooManyPatterns';
  for (const pattern of patterns) {
    const problem = patternProblem(pattern);
    if (problem !== null) return { pattern, problem };
  }
  return null;
}

/** Whether it may be the address of a target: the server looks closer. Without a scheme it is http. */
export function isAddress(text: string): boolean {
  const address = text.trim();
  const [before, after] = address.split('://', 2);
  if (after === undefined) return URL.canParse(`http://${address}`);
  return (before === 'http' || before === 'https') && URL.canParse(address);
}

export function isSecretValid(secret: SecretChange): boolean {
  return secret.kind !== 'set' || (secret.value.length >= MIN_SECRET && secret.value.length <= MAX_SECRET);
}

export function isDraftValid(draft: Draft): boolean {
  return (
    draft.name.trim() !== '' &&
    draft.events.length > 0 &&
    draft.targets.length > 0 &&
    draft.targets.every(({ address = '' }) => isAddress(address)) &&
    filterProblem(draft.repositories) === null &&
    filterProblem(draft.tags) === null &&
    isSecretValid(draft.secret)
  );
}

/** A secret nobody guesses: 32 random bytes in hexadecimal. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** When each policy, by its name, was last told of anything. */
export function lastTriggers(triggers: TriggerView[]): Map<string, string> {
  const last = new Map<string, string>();
  for (const { policy_name: name = '', last_trigger_time: time } of triggers) {
    if (isTime(time) && time > (last.get(name) ?? '')) last.set(name, time);
  }
  return last;
}

/** Whether a message says that the server sends nothing to that address because it is not public. */
export function isRefusedAddress(message: string): boolean {
  return message.includes('egress.allow');
}

/** What an event was about, such as `registry.example/shop/app:v1`, as any payload has it. */
export function subjectsOf(payload: string): string[] {
  // In the payload for Slack the same JSON stands in a text, its quotes escaped.
  const found = (key: string) =>
    [...payload.matchAll(new RegExp(`\\\\*"${key}\\\\*":\\s*\\\\*"([^"\\\\]+)`, 'g'))].map((match) => match[1] ?? '');
  const urls = found('resource_url');
  return [...new Set(urls.length > 0 ? urls : found('repo_full_name'))];
}

/** A payload with its JSON laid out, where it is one line of it. */
export function laidOut(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}
