import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { listRetentionExecutions, listRetentionTasks, operateRetentionExecution } from '@/api/generated';
import { triggerRetentionExecution, type RetentionExecutionView } from '@/api/generated';
import { createdId, page } from '@/api/pages';
import { projectKey } from '@/features/projects/useProject';
import { isRunning } from '@/shared/jobStatus';
import { useAction } from '@/shared/useAction';

/** Milliseconds between two looks at what runs. */
const POLL = 1500;

/** More than the server keeps of one policy (50): an operation for a single run there is none. */
const ALL_RUNS = 100;

export interface Paging {
  page: number;
  page_size: number;
}

export function runsKey(projectId: number): unknown[] {
  return projectKey(projectId, 'retention runs');
}

/** A page of the runs of a policy, asked for again while one of them goes on. */
export function useRuns(projectId: number, policyId: number | null, { page: number, page_size }: Paging) {
  return useQuery({
    queryKey: [...runsKey(projectId), policyId, number, page_size],
    queryFn: () =>
      policyId === null
        ? { items: [], total: 0 }
        : page(listRetentionExecutions({ path: { id: policyId }, query: { page: number, page_size } })),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.items.some(({ status }) => isRunning(status)) ? POLL : false),
  });
}

/** All runs that are kept: one of them is looked for. */
export function useAllRuns(projectId: number, policyId: number | null) {
  return useRuns(projectId, policyId, { page: 1, page_size: ALL_RUNS });
}

/** What became of the repositories in a run; `run` undefined: it is not known yet. */
export function useRunTasks(projectId: number, run: RetentionExecutionView | undefined, paging: Paging) {
  const id = run?.policy_id ?? 0;
  const eid = run?.id ?? 0;
  return useQuery({
    // By its status, so that they are asked for once more when it has ended.
    queryKey: [...runsKey(projectId), id, eid, 'tasks', run?.status, paging.page, paging.page_size],
    queryFn: () =>
      page(listRetentionTasks({ path: { id, eid }, query: { page: paging.page, page_size: paging.page_size } })),
    enabled: run !== undefined,
    placeholderData: keepPreviousData,
    refetchInterval: isRunning(run?.status) ? POLL : false,
  });
}

/** Starts a run and shows it. */
export function useStartRun(projectId: number, policyId: number) {
  const navigate = useNavigate();
  return useAction({
    run: ({ isDryRun }: { isDryRun: boolean }) =>
      createdId(triggerRetentionExecution({ path: { id: policyId }, body: { dry_run: isDryRun } })),
    changes: [runsKey(projectId)],
    onDone: (id) => void navigate(`/harbor/projects/${projectId}/tag-strategy/tag-retention/runs/${id}`),
  });
}

export function useStopRun(projectId: number, run: RetentionExecutionView, done: string, onDone: () => void) {
  return useAction({
    run: () => operateRetentionExecution({ path: { id: run.policy_id, eid: run.id }, body: { action: 'stop' } }),
    changes: [runsKey(projectId)],
    done,
    onDone,
  });
}
