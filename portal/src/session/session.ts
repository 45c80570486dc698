/** Who sits at the browser, what the server says of itself, and what both together allow. */

import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { getCurrentUserInfo, getCurrentUserPermissions, getSystemInfo } from '@/api/generated';
import type { FullGeneralInfo, UserView } from '@/api/generated';
import { hasStatus } from '@/api/errors';
import { body } from '@/api/pages';

export interface Session {
  system: Partial<FullGeneralInfo>;
  /** Null for who has not signed in. */
  user: UserView | null;
  /** Of the system, as `resource:action`. */
  permissions: ReadonlySet<string>;
}

export type Can = (resource: string, action: string) => boolean;

const KEY = ['session'];

async function load(): Promise<Session> {
  const system = await body(getSystemInfo());
  try {
    const user = await body(getCurrentUserInfo());
    const permissions = await body(getCurrentUserPermissions({ query: { scope: '/system' } }));
    return { system, user, permissions: setOf(permissions) };
  } catch (error) {
    if (!hasStatus(error, 401)) throw error;
    return { system, user: null, permissions: new Set() };
  }
}

function setOf(permissions: { resource: string; action: string }[]): ReadonlySet<string> {
  return new Set(permissions.map(({ resource, action }) => `${resource}:${action}`));
}

/** The session; below SessionGate it is there. */
export function useSession(): Session {
  return useSuspenseQuery({ queryKey: KEY, queryFn: load, staleTime: 5 * 60_000, retry: 1 }).data;
}

/** Asks again who sits there: after signing in, and after what changes the account or the configuration. */
export function useReloadSession(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: KEY });
}

/** Whether something of the system is allowed. */
export function useCanInSystem(): Can {
  const { permissions } = useSession();
  return (resource, action) => permissions.has(`${resource}:${action}`);
}

/** What anybody may do in a public project: look. */
const LOOKING = new Set(['read', 'list', 'pull']);

/** Whether something is allowed in a project; nothing is until that is known. */
export function useCanInProject(projectId: number): Can {
  const { user } = useSession();
  const { data } = useQuery({
    queryKey: ['permissions', projectId, user?.user_id],
    queryFn: async () =>
      setOf(await body(getCurrentUserPermissions({ query: { scope: `/project/${projectId}`, relative: true } }))),
    enabled: user !== null,
    staleTime: 60_000,
  });
  if (user === null) return (_, action) => LOOKING.has(action);
  return (resource, action) => data?.has(`${resource === 'project' ? '.' : resource}:${action}`) ?? false;
}
