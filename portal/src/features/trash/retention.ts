import { useQuery } from '@tanstack/react-query';
import { listTrash, type TrashEntryView } from '@/api/generated';
import { page } from '@/api/pages';
import { projectKey } from '@/features/projects/useProject';

/** For how many days a deletion can be undone. Pure. */
export function retentionDays(entry: Pick<TrashEntryView, 'deletion_time' | 'restorable_until'>): number {
  return Math.round((Date.parse(entry.restorable_until) - Date.parse(entry.deletion_time)) / 86_400_000);
}

/** The days a deletion in the project can be undone; undefined while nothing that was deleted tells. */
export function useRetentionDays(projectId: number): number | undefined {
  const { data } = useQuery({
    queryKey: projectKey(projectId, 'trash', 'latest'),
    queryFn: () =>
      page(listTrash({ path: { project_name_or_id: String(projectId) }, query: { page: 1, page_size: 1 } })),
  });
  const latest = data?.items[0];
  return latest && retentionDays(latest);
}
