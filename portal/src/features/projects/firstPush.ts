/** A registry that nothing was pushed to yet: who sees it, and where a first image may go. */

import type { ProjectView } from '@/api/generated';
import type { Page } from '@/api/pages';
import { mayPush } from './roles';

type Seen = Pick<ProjectView, 'project_id' | 'name' | 'repo_count' | 'current_user_role_id'>;

/** Whether the page shows every project there is, and none has a repository. */
export function isUnused({ items, total }: Page<Seen>): boolean {
  return items.length > 0 && items.length === total && pushedTo(items) === undefined;
}

/** The project that has a repository by now. */
export function pushedTo<P extends Seen>(projects: P[]): P | undefined {
  return projects.find((project) => project.repo_count > 0);
}

/** Where to push to: `library` if the account may, else the first project where it may. */
export function pushTarget<P extends Seen>(projects: P[], isSysadmin: boolean): P | undefined {
  const open = projects.filter((project) => isSysadmin || mayPush(project.current_user_role_id));
  return open.find((project) => project.name === 'library') ?? open[0];
}

const DISMISSED = 'moorage.firstPush.dismissed.';

/** Whether the account does not want to see it again in this browser. */
export function isDismissed(userId: number): boolean {
  return localStorage.getItem(`${DISMISSED}${userId}`) !== null;
}

export function dismiss(userId: number): void {
  localStorage.setItem(`${DISMISSED}${userId}`, 'yes');
}
