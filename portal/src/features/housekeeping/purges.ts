/** Purges of the audit log: what they remove, and what their logs say of it. Pure. */

import type { HistoryView } from '@/api/generated';
import { parametersOf } from './runs';

/** What is mostly meant; `other` stands for every event type but those three. */
export const GROUPS = ['pull_artifact', 'create_artifact', 'delete_artifact', 'other'] as const;

export type Group = (typeof GROUPS)[number];

export function isGroup(name: string): name is Group {
  return (GROUPS as readonly string[]).includes(name);
}

/** The longest time there is, 27 years. */
export const MAX_HOURS = 240_000;

export type Unit = 'days' | 'hours';

export interface Age {
  amount: number;
  unit: Unit;
}

/** Hours in the larger unit that has no fraction. */
export function ageOf(hours: number): Age {
  return hours % 24 === 0 ? { amount: hours / 24, unit: 'days' } : { amount: hours, unit: 'hours' };
}

/** The hours of what was typed; null when it is none that is allowed. */
export function parseAge(amount: string, unit: Unit): number | null {
  const value = Number(amount);
  const hours = unit === 'days' ? value * 24 : value;
  return amount.trim() !== '' && Number.isInteger(value) && hours >= 1 && hours <= MAX_HOURS ? hours : null;
}

export function hoursOf(run: HistoryView): number {
  const { audit_retention_hour: hours } = parametersOf(run);
  return typeof hours === 'number' ? hours : 0;
}

/** The event types that a run or a schedule names, and the operations, which older clients name instead. */
export function eventsOf(run: HistoryView): { types: string[]; operations: string[] } {
  const { include_event_types: types, include_operations: operations } = parametersOf(run);
  return { types: namesIn(types), operations: namesIn(operations) };
}

/** All of that as event types; `known` are the types there are. */
export function typesOf(run: HistoryView, known: string[]): string[] {
  const { types, operations } = eventsOf(run);
  const meant = known.filter((type) => operations.some((operation) => type.startsWith(`${operation}_`)));
  return [...new Set([...types, ...meant])];
}

/** The chosen types with one more, or one less; with `other` there is no need to name what it stands for. */
export function withChoice(chosen: string[], type: string, isChosen: boolean): string[] {
  const rest = chosen.filter((one) => one !== type && (type !== 'other' || isGroup(one)));
  return isChosen ? [...rest, type] : rest;
}

/** What is purged, in the API's words. */
export function parametersFor(hours: number, types: string[], dryRun: boolean): Record<string, unknown> {
  return { audit_retention_hour: hours, include_event_types: types.join(','), dry_run: dryRun };
}

/** How many entries went, or would have: the last line of a purge's log says it, nothing else does. */
export function purgedIn(log: string): number | null {
  const found = /(?:\[DRYRUN\])?Purged (\d+) rows of audit logs/.exec(log);
  return found === null ? null : Number(found[1]);
}

function namesIn(value: unknown): string[] {
  if (typeof value !== 'string') return [];
  return value
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
}
