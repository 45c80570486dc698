import { useQuery } from '@tanstack/react-query';
import { getPermissions } from '@/api/generated';
import { body } from '@/api/pages';
import { matrixOf } from './rights';

/** Everything that can be allowed, of the system and in projects. Told to administrators, also those of projects. */
export function useCatalogue() {
  return useQuery({
    queryKey: ['robot-permissions'],
    queryFn: () => body(getPermissions()),
    staleTime: Number.POSITIVE_INFINITY,
    select: ({ system, project }) => ({ system: matrixOf(system), project: matrixOf(project) }),
  });
}
