/** The server's answers about access, in the parts that are shown. Pure. */

import type { ExplainView, WayView } from '@/api/generated';
import { members } from '../texts';

export type Code = keyof typeof members.explain.because;

/** Whether there are words for a code; a newer server may have others. */
export function isCode(code: string): code is Code {
  return code in members.explain.because;
}

/**
 * What an account has, each once: a role that is limited to some repositories comes as two ways, for what it gives in
 * those and for what it gives in the project as a whole.
 */
export function held(ways: WayView[]): WayView[] {
  const found: WayView[] = [];
  for (const way of ways) {
    const same = way.source === 'role' ? found.findIndex((other) => isSameRole(other, way)) : -1;
    const before = found[same];
    if (before === undefined) found.push(way);
    else
      found[same] = {
        ...before,
        repositories: before.repositories ?? way.repositories,
        gives: before.gives || way.gives,
      };
  }
  return found;
}

function isSameRole(one: WayView, other: WayView): boolean {
  return one.source === 'role' && one.role_id === other.role_id && one.group_name === other.group_name;
}

/** What would allow what is not. */
export interface Remedies {
  /** Numbers of roles, the weakest first. */
  roles: number[];
  /** A permission of the robot account. */
  hasPermission: boolean;
  hasPublic: boolean;
  /** What the account has, if its limit had the repository in it. */
  hasLimit: boolean;
}

export function remediesOf({ code, would_give: ways = [] }: ExplainView): Remedies {
  return {
    roles: ways.flatMap(({ source, role_id: role }) => (source === 'role' && role ? [role] : [])),
    hasPermission: ways.some(({ source }) => source === 'robot'),
    hasPublic: ways.some(({ source }) => source === 'public'),
    hasLimit: code === 'OTHER_REPOSITORIES',
  };
}
