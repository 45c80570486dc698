import { projectKey } from '@/features/projects/useProject';

/** The key of what is asked about the deliveries of a policy. */
export function deliveriesKey(projectId: number, policyId: number | string): unknown[] {
  return projectKey(projectId, 'deliveries', String(policyId));
}
