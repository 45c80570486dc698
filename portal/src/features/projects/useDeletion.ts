import { useQuery } from '@tanstack/react-query';
import {
  getProjectDeletable,
  getProjectSummary,
  listLabels,
  listRobot,
  listWebhookPoliciesOfProject,
} from '@/api/generated';
import { body, page } from '@/api/pages';
import { membersIn } from './counts';
import { projectKey } from './useProject';

/** What goes with a project, counted. */
export interface Lost {
  members: number;
  robots: number;
  labels: number;
  webhooks: number;
}

export type Deletion = { isPossible: false; reason: string } | { isPossible: true; lost: Lost };

/** Asked when somebody is about to delete a project. */
export function useDeletion(projectId: number) {
  return useQuery({
    queryKey: projectKey(projectId, 'deletion'),
    queryFn: () => load(projectId),
    staleTime: 0,
    gcTime: 0,
  });
}

async function load(projectId: number): Promise<Deletion> {
  const path = { project_name_or_id: String(projectId) };
  const { deletable, message } = await body(getProjectDeletable({ path }));
  if (!deletable) return { isPossible: false, reason: message ?? '' };
  const one = { page: 1, page_size: 1 };
  const [summary, robots, labels, webhooks] = await Promise.all([
    body(getProjectSummary({ path })),
    page(listRobot({ query: { ...one, q: `Level=project,ProjectID=${projectId}` } })),
    page(listLabels({ query: { ...one, scope: 'p', project_id: projectId } })),
    page(listWebhookPoliciesOfProject({ path, query: one })),
  ]);
  return {
    isPossible: true,
    lost: { members: membersIn(summary), robots: robots.total, labels: labels.total, webhooks: webhooks.total },
  };
}
