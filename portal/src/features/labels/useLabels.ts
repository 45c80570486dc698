import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { listLabels, type LabelView } from '@/api/generated';
import { page } from '@/api/pages';
import { projectKey } from '@/features/projects/useProject';
import type { ListState } from '@/shared/useListState';

/** Labels are the system's, for every project, or one project's. */
export type Scope = { scope: 'g' } | { scope: 'p'; project_id: number };

/** The beginning of the keys of a scope's labels. */
export function labelsKey(scope: Scope): unknown[] {
  return scope.scope === 'g' ? ['labels'] : projectKey(scope.project_id, 'labels');
}

/** What shows labels of a scope: they are on artifacts as well. */
export function changedWith(scope: Scope): unknown[][] {
  return scope.scope === 'g' ? [['labels'], ['project']] : [projectKey(scope.project_id)];
}

export function useLabels(scope: Scope, state: ListState) {
  return useQuery({
    queryKey: [...labelsKey(scope), state.query],
    queryFn: () => page<LabelView>(listLabels({ query: { ...scope, ...state.query } })),
    placeholderData: keepPreviousData,
  });
}
