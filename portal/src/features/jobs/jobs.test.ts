import { describe, expect, it } from 'vitest';
import { waitingIn, withoutScheduler } from './queues';
import { placeOf, policyOf } from './schedules';
import { busyIn, isBusy, jobAddress, poolName } from './workers';

describe('queues', () => {
  it('tells the queue that holds schedules from those of jobs', () => {
    const queues = [
      { job_type: 'WEBHOOK', count: 2 },
      { job_type: 'SCHEDULER', paused: true },
    ];
    expect(withoutScheduler(queues)).toEqual({
      queues: [{ job_type: 'WEBHOOK', count: 2 }],
      isSchedulerPaused: true,
    });
    expect(withoutScheduler([{ job_type: 'SCHEDULER', paused: false }]).isSchedulerPaused).toBe(false);
  });

  it('counts what waits, of which nothing is said when it is nothing', () => {
    expect(waitingIn([{ job_type: 'WEBHOOK', count: 2 }, { job_type: 'RETENTION' }])).toBe(2);
  });
});

describe('schedules', () => {
  it('lead to the page of their work', () => {
    expect(placeOf({ vendor_type: 'GARBAGE_COLLECTION', vendor_id: -1 })).toBe('/harbor/clearing-job/gc');
    expect(placeOf({ vendor_type: 'RETENTION', vendor_id: 3 })).toBeUndefined();
  });

  it('of the system belong to no policy', () => {
    expect(policyOf({ vendor_type: 'RETENTION', vendor_id: 3 })).toBe(3);
    expect(policyOf({ vendor_type: 'SCRUB', vendor_id: -1 })).toBeUndefined();
    expect(policyOf({ vendor_type: 'SYSTEM_ARTIFACT_CLEANUP' })).toBeUndefined();
  });
});

describe('workers', () => {
  const pool = { worker_pool_id: 'p1', host: 'node-a', pid: 42, concurrency: 2 };
  const busy = { id: 'w1', pool_id: 'p1', job_id: 'a/b', job_name: 'WEBHOOK' };

  it('are busy when they have a job', () => {
    expect(isBusy(busy)).toBe(true);
    expect(isBusy({ id: 'w2', pool_id: 'p1' })).toBe(false);
    expect(busyIn([busy, { id: 'w2', pool_id: 'p1' }, { ...busy, pool_id: 'p2' }], pool)).toBe(1);
  });

  it('are of a process on a host, while that is there', () => {
    expect(poolName([pool], 'p1')).toBe('node-a:42');
    expect(poolName([pool], 'p9')).toBe('p9');
  });

  it('lead to the log of their job', () => {
    expect(jobAddress(busy)).toBe('/harbor/job-service-dashboard/jobs/a%2Fb/log');
  });
});
