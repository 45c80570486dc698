import { useQuery } from '@tanstack/react-query';
import { createRetention, getRetention, updateRetention } from '@/api/generated';
import type { ProjectView, RetentionPolicyView } from '@/api/generated';
import { body } from '@/api/pages';
import { projectKey } from '@/features/projects/useProject';
import { useAction } from '@/shared/useAction';
import { newPolicy } from './retention';

/** The id of a project's retention policy; null: it has none. */
export function retentionId(project: ProjectView): number | null {
  const id = Number(project.metadata.retention_id ?? 0);
  return id > 0 ? id : null;
}

/** The retention policy of a project; an empty one without an id where it has none yet. */
export function usePolicy(project: ProjectView) {
  const id = retentionId(project);
  return useQuery({
    queryKey: projectKey(project.project_id, 'retention', id),
    queryFn: () => (id === null ? newPolicy(project.project_id) : body(getRetention({ path: { id } }))),
  });
}

interface Change {
  policy: RetentionPolicyView;
  /** Said when it worked. */
  done: string;
}

/** Makes a policy what it is to be: there is only the whole of it to send. */
export function useSavePolicy(onDone?: () => void) {
  return useAction<Change>({
    run: ({ policy }) =>
      policy.id === undefined
        ? createRetention({ body: policy })
        : updateRetention({ path: { id: policy.id }, body: policy }),
    // The project says which policy it has.
    changes: [['project']],
    done: (_, { done }) => done,
    onDone,
  });
}
