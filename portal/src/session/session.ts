/** Who sits at the browser, what the server says of itself, and what both together allow. */

import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import {
  getCurrentUserPermissions,
  getSession,
  type GeneralInfo,
  type ProjectView,
  type UserView,
} from '@/api/generated';
import { body } from '@/api/pages';

export interface Session {
  system: GeneralInfo;
  /** Null for who has not signed in. */
  user: UserView | null;
  /** Of the system, as `resource:action`. */
  permissions: ReadonlySet<string>;
  /** Of the project that was in the address when the portal was opened. */
  project: { id: number; view: ProjectView | undefined; permissions: ReadonlySet<string> } | null;
  /** Days for which a deletion can be undone; null for who has not signed in. */
  trashDays: number | null;
  /** When all of this was asked, in milliseconds of `Date.now()`. */
  askedAt: number;
  /** When the session ends unless it is used, in milliseconds of `Date.now()`; null: there is none. */
  endsAt: number | null;
}

export type Can = (resource: string, action: string) => boolean;

const KEY = ['session'];

/** Asked with the session, so that a page opened by its address need not ask once more. */
const OPENED_PROJECT = /^\/harbor\/projects\/(\d+)/;

async function load(): Promise<Session> {
  const opened = Number(OPENED_PROJECT.exec(window.location.pathname)?.[1] ?? 0);
  const answer = await body(getSession(opened > 0 ? { query: { project_id: opened } } : undefined));
  return {
    system: answer.system,
    user: answer.user,
    permissions: setOf(answer.permissions),
    project: answer.project_permissions
      ? { id: opened, view: answer.project, permissions: setOf(answer.project_permissions) }
      : null,
    trashDays: answer.trash_days,
    askedAt: Date.now(),
    endsAt: answer.expires_in === null ? null : Date.now() + answer.expires_in * 1000,
  };
}

function setOf(permissions: { resource: string; action: string }[]): ReadonlySet<string> {
  return new Set(permissions.map(({ resource, action }) => `${resource}:${action}`));
}

/**
 * The session. Not asked for again by itself: a page in use must not turn into nobody's under a form; watchSession
 * looks when it ends, and the client notices when a request is refused.
 */
export function useSession(): Session {
  return useSuspenseQuery({ queryKey: KEY, queryFn: load, staleTime: Infinity, gcTime: Infinity }).data;
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

/** Whether something is allowed in a project; nothing is until that is known. */
export function useCanInProject(projectId: number): Can {
  const { user, project, askedAt } = useSession();
  const known = project?.id === projectId ? project.permissions : undefined;
  const { data } = useQuery({
    queryKey: ['permissions', projectId, user?.user_id],
    queryFn: () => loadPermissions(projectId, user),
    initialData: known,
    initialDataUpdatedAt: askedAt,
    staleTime: 60_000,
  });
  return (resource, action) => data?.has(`${resource === 'project' ? '.' : resource}:${action}`) ?? false;
}

async function loadPermissions(projectId: number, user: UserView | null): Promise<ReadonlySet<string>> {
  if (user === null) {
    const answer = await body(getSession({ query: { project_id: projectId } }));
    return setOf(answer.project_permissions ?? []);
  }
  return setOf(await body(getCurrentUserPermissions({ query: { scope: `/project/${projectId}`, relative: true } })));
}
