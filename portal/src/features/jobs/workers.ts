/** Workers of the job service. Pure. */

import type { PoolView, WorkerView } from '@/api/generated';

/** Of an idle worker the API says only who it is. */
export function isBusy(worker: WorkerView): boolean {
  return Boolean(worker.job_id);
}

export function busyIn(workers: WorkerView[], pool: PoolView): number {
  return workers.filter((worker) => isBusy(worker) && worker.pool_id === pool.worker_pool_id).length;
}

/** `host:42` with the number of the process: what people know a pool by; its id when it is no longer there. */
export function poolName(pools: PoolView[], id: string | undefined): string {
  const pool = pools.find((one) => one.worker_pool_id === id);
  return pool === undefined ? (id ?? '') : `${pool.host}:${pool.pid}`;
}

/** Where the log of what a worker runs is shown. */
export function jobAddress(worker: WorkerView): string {
  return `/harbor/job-service-dashboard/jobs/${encodeURIComponent(worker.job_id ?? '')}/log`;
}
