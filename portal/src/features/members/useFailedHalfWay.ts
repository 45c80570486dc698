import { useQueryClient } from '@tanstack/react-query';
import { projectKey } from '@/features/projects/useProject';

/** For several changes of which one failed: shows what those before it did, and passes the error on. */
export function useFailedHalfWay(projectId: number): (error: unknown) => never {
  const queries = useQueryClient();
  return (error) => {
    void queries.invalidateQueries({ queryKey: projectKey(projectId, 'members') });
    throw error;
  };
}
