/** Between the configuration and what a form holds of it. Pure. */

import type { Configurations, ConfigurationsResponse } from '@/api/generated';
import { fromGiB, toGiB } from '@/features/quotas/limit';
import { fieldOf, type Field, type FieldKey } from './fields';

/** What a field of the form holds: whether a switch is on, otherwise text; of a limit `-1` or GiB. */
export type FormValue = string | boolean;

/** What was touched. */
export type Draft = Partial<Record<FieldKey, FormValue>>;

/** Why a value does not fit; a key of the texts. */
export type Problem = 'number' | 'tooLarge' | 'limit' | 'prefix' | 'needsEndpoint';

export const LARGEST_NUMBER = 2 ** 31 - 1;

/** A value of the configuration as the form has it. */
export function shown(field: Field, value: unknown): FormValue {
  if (field.kind === 'switch') return field.isInverted ? value !== true : value === true;
  if (field.kind === 'limit') return toGiB(Number(value));
  return String(value ?? '');
}

/** What the form holds now: what was typed, else what the server has. */
export function valueIn(draft: Draft, current: ConfigurationsResponse, key: FieldKey): FormValue {
  return draft[key] ?? shown(fieldOf(key), current[key].value);
}

/** Whether it differs from what the server has. */
export function isChanged(draft: Draft, current: ConfigurationsResponse, key: FieldKey): boolean {
  const typed = draft[key];
  return typed !== undefined && typed !== shown(fieldOf(key), current[key].value);
}

/** Why what is typed does not fit; null when it does. */
export function problemOf(draft: Draft, current: ConfigurationsResponse, key: FieldKey): Problem | null {
  const field = fieldOf(key);
  const value = valueIn(draft, current, key);
  if (key === 'skip_audit_log_database') {
    const endpoint = String(valueIn(draft, current, 'audit_log_forward_endpoint'));
    return value === false && endpoint.trim() === '' ? 'needsEndpoint' : null;
  }
  if (!isChanged(draft, current, key)) return null;
  if (field.kind === 'number') return numberProblem(String(value));
  if (field.kind === 'limit') return fromGiB(String(value)) === null ? 'limit' : null;
  if (key === 'robot_name_prefix') return isPrefix(String(value)) ? null : 'prefix';
  return null;
}

/** Only what was changed, as the server takes it; what does not fit is left out, see `problemOf`. */
export function changesOf(draft: Draft, current: ConfigurationsResponse): Configurations {
  const keys = (Object.keys(draft) as FieldKey[]).filter(
    (key) => isChanged(draft, current, key) && problemOf(draft, current, key) === null,
  );
  return Object.fromEntries(keys.map((key) => [key, sent(fieldOf(key), valueIn(draft, current, key))]));
}

function sent(field: Field, value: FormValue): string | number | boolean | null {
  if (field.kind === 'switch') return field.isInverted ? value !== true : value === true;
  if (field.kind === 'number') return Number(value);
  if (field.kind === 'limit') return fromGiB(String(value));
  return String(value).trim();
}

function numberProblem(text: string): Problem | null {
  if (!/^\s*\d+\s*$/.test(text) || Number(text) < 1) return 'number';
  return Number(text) > LARGEST_NUMBER ? 'tooLarge' : null;
}

function isPrefix(text: string): boolean {
  const trimmed = text.trim();
  return trimmed !== '' && trimmed.length <= 64 && !/[:\p{Cc}]/u.test(trimmed);
}

/** Names of event types out of a list with commas. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** What the server says of a field, without what it says of all of them. */
export function reasonIn(message: string): string {
  return message.replace(/^bad request: /, '');
}

/** What the server's messages call fields that they do not name by their key. */
const CALLED: [RegExp, FieldKey][] = [
  [/audit endpoint/, 'audit_log_forward_endpoint'],
  [/skip audit log/, 'skip_audit_log_database'],
  [/quota limit|1024TB/, 'storage_per_project'],
];

/** The field that a refusal is about, if it says so. */
export function fieldInMessage(message: string, keys: readonly FieldKey[]): FieldKey | null {
  const words = new Set(message.match(/[a-z_]+/g) ?? []);
  const named = keys.find((key) => words.has(key)) ?? CALLED.find(([pattern]) => pattern.test(message))?.[1];
  return named !== undefined && keys.includes(named) ? named : null;
}
