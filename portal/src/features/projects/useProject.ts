import { useSuspenseQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { getProject, type ProjectView } from '@/api/generated';
import { body } from '@/api/pages';
import { useSession } from '@/session/session';

/** The project that the address names; below the project's page it is there. */
export function useProject(): ProjectView {
  const { projectId = '' } = useParams();
  return useProjectById(projectId);
}

export function useProjectById(projectId: string): ProjectView {
  const { project, askedAt } = useSession();
  return useSuspenseQuery({
    queryKey: ['project', projectId],
    queryFn: () => body(getProject({ path: { project_name_or_id: projectId } })),
    // A page that is opened by its address was told of its project with the session.
    initialData: String(project?.id) === projectId ? project?.view : undefined,
    initialDataUpdatedAt: askedAt,
    staleTime: 60_000,
  }).data;
}

/** The key of everything that is asked about a project: what is below it is changed with it. */
export function projectKey(projectId: number, ...more: unknown[]): unknown[] {
  return ['project', String(projectId), ...more];
}
