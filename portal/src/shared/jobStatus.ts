/** What becomes of executions and tasks. Pure. */

export const JOB_STATUSES = ['Pending', 'Scheduled', 'Running', 'Stopped', 'Error', 'Success'] as const;

export type JobStatus = (typeof JOB_STATUSES)[number];

/** Whether a job goes on, so that it is worth asking again. */
export function isRunning(status: string | undefined): boolean {
  return status === 'Pending' || status === 'Scheduled' || status === 'Running';
}

/** The status the API wrote in one of two ways, `Success` or `SUCCESS`; undefined for one that is not known. */
export function jobStatusOf(text: string): JobStatus | undefined {
  return JOB_STATUSES.find((status) => status.toLowerCase() === text.toLowerCase());
}
