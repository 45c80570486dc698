/** What a robot may do and where, as it is edited, and as the API has it. Pure. */

import type { AccessView, RobotPermissionRequest, RobotPermissionView } from '@/api/generated';
import { choose, limitable, partsOf, rightOf, type Matrix, type Right, type Rights } from './rights';

export type Kind = 'system' | 'project';

/** Where system permissions are. */
export const SYSTEM_NAMESPACE = '/';
/** In every project, also those that are made later. */
export const EVERY_PROJECT = '*';

/** Some rights in one place. Several grants for a project add up. */
export interface Grant {
  /** Tells grants of one robot apart while they are edited. */
  id: number;
  kind: Kind;
  namespace: string;
  rights: Rights;
  /** Patterns as they are typed, one a line; null: in every repository. */
  patterns: string | null;
}

let lastId = 0;

export function newGrant(kind: Kind, namespace: string, rights: readonly Right[] = []): Grant {
  lastId += 1;
  return { id: lastId, kind, namespace, rights: new Set(rights), patterns: null };
}

/** The grants of a robot's permissions. */
export function grantsOf(permissions: RobotPermissionView[]): Grant[] {
  return permissions.map(({ kind, namespace, access, repositories }) => ({
    ...newGrant(kind === 'system' ? 'system' : 'project', namespace, rightsOf(access)),
    patterns: repositories?.join('\n') ?? null,
  }));
}

export function rightsOf(access: AccessView[]): Right[] {
  return access.map(({ resource, action }) => rightOf(resource, action));
}

/** Grants as the API takes them; those of nothing are left out. Limits are always said: unsaid, old ones stay. */
export function permissionsOf(grants: Grant[]): RobotPermissionRequest[] {
  return grants
    .filter(({ rights }) => rights.size > 0)
    .map(({ kind, namespace, rights, patterns }) => ({
      kind,
      namespace,
      access: [...rights].map((right) => {
        const [resource, action] = partsOf(right);
        return { resource, action };
      }),
      repositories: patterns === null ? null : patternsOf(patterns),
    }));
}

/** A robot's permissions as they are, to be sent back with a change of something else. */
export function unchanged(permissions: RobotPermissionView[]): RobotPermissionRequest[] {
  return permissions.map(({ kind, namespace, access, repositories }) => ({
    kind,
    namespace,
    access: access.map(({ resource, action, effect }) => ({ resource, action, effect })),
    repositories: repositories ?? null,
  }));
}

/** The grant with a limit to repositories, or without; what cannot be limited is no longer chosen then. */
export function limited(grant: Grant, isLimited: boolean, matrix: Matrix): Grant {
  if (!isLimited) return { ...grant, patterns: null };
  const possible = new Set(limitable(matrix).rights);
  const rest = [...grant.rights].filter((right) => !possible.has(right));
  return { ...grant, patterns: grant.patterns ?? '', rights: choose(grant.rights, rest, false) };
}

/** Whether it is something the API takes: something is chosen, and limits are patterns. */
export function areValid(grants: Grant[]): boolean {
  const given = grants.filter(({ rights }) => rights.size > 0);
  return given.length > 0 && given.every(({ patterns }) => patterns === null || patternProblem(patterns) === null);
}

// --- patterns: as src/moorage/access/repositories.py reads them -----------------------------------

const MAX_PATTERNS = 50;
const MAX_LENGTH = 255;
const MAX_WILDCARDS = 8;
const COMPONENT = /^[a-z0-9._*-]+$/;

/** What was typed, one pattern a line, commas and spaces as well. */
export function patternsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((pattern) => pattern !== ''))];
}

/** What is wrong with patterns: there are none, too many, or the first that is no pattern; null: nothing. */
export function patternProblem(text: string): 'none' | 'many' | { pattern: string } | null {
  const patterns = patternsOf(text);
  if (patterns.length === 0) return 'none';
  if (patterns.length > MAX_PATTERNS) return 'many';
  const wrong = patterns.find((pattern) => !isPattern(pattern));
  return wrong === undefined ? null : { pattern: wrong };
}

function isPattern(pattern: string): boolean {
  if (pattern.length > MAX_LENGTH || pattern.split('*').length - 1 > MAX_WILDCARDS) return false;
  const parts = pattern.split('/');
  if (parts.at(-1) === '**') parts.pop();
  return parts.every((part) => COMPONENT.test(part) && !part.includes('**'));
}
