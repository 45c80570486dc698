/** Whose robots a page is about: a project's, or the system's. */

import type { QueryKey } from '@tanstack/react-query';
import { projectKey } from '@/features/projects/useProject';

export type Scope = { level: 'system' } | { level: 'project'; projectId: number; project: string };

export function robotsKey(scope: Scope): QueryKey {
  return scope.level === 'system' ? ['robots'] : projectKey(scope.projectId, 'robots');
}

/** Harbor's `q` for the robots of a scope, with the list's own filters. */
export function robotsQuery(scope: Scope, filters: string | undefined): string | undefined {
  if (scope.level === 'system') return filters;
  return [`Level=project,ProjectID=${scope.projectId}`, filters].filter(Boolean).join(',');
}
