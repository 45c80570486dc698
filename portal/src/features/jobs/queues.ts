/** Queues of the job service. Pure. */

import type { QueueView } from '@/api/generated';

/** The queue that holds nothing: its pause holds schedules. */
export const SCHEDULER = 'SCHEDULER';

/** What can be done with a queue, in the API's words. */
export type QueueAct = 'pause' | 'resume' | 'stop';

/** An act on one queue, or on all of them. */
export interface QueueWish {
  act: QueueAct;
  /** Undefined: all. */
  type?: string;
  /** Jobs that wait. */
  waiting: number;
}

/** The queues of jobs, and whether schedules are held. */
export function withoutScheduler(all: QueueView[]): { queues: QueueView[]; isSchedulerPaused: boolean } {
  return {
    queues: all.filter((queue) => queue.job_type !== SCHEDULER),
    isSchedulerPaused: all.some((queue) => queue.job_type === SCHEDULER && queue.paused === true),
  };
}

export function waitingIn(queues: QueueView[]): number {
  return queues.reduce((sum, queue) => sum + (queue.count ?? 0), 0);
}
