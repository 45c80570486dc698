/** Runs of clean-up jobs and their schedules, as the API shows both. Pure. */

import type { HistoryView } from '@/api/generated';
import { SCHEDULE_TYPES, scheduleOf, type Schedule } from '@/shared/cron';
import { isRunning } from '@/shared/jobStatus';

/** The parameters of a run or a schedule: JSON in a text. */
export function parametersOf(run: HistoryView): Record<string, unknown> {
  try {
    const values: unknown = JSON.parse(run.job_parameters ?? '');
    return typeof values === 'object' && values !== null ? { ...values } : {};
  } catch {
    return {};
  }
}

export function isDryRun(run: HistoryView): boolean {
  return parametersOf(run).dry_run === true;
}

/** How often a list or a run is looked at, in milliseconds: often while something goes on. */
export function refetchIntervalOf(runs: HistoryView[]): number {
  return runs.some((run) => isRunning(run.job_status)) ? 2000 : 30_000;
}

/** Milliseconds a run took, or takes until `now`. */
export function durationOf(run: HistoryView, now: number): number {
  const end = isRunning(run.job_status) ? now : Date.parse(run.update_time ?? '');
  return end - Date.parse(run.creation_time ?? '');
}

/** The schedule an operation answered with; null when there is none. */
export function existing(answer: HistoryView | null | undefined): HistoryView | null {
  return answer?.schedule ? answer : null;
}

/** A schedule to be edited: none where there is none yet. */
export function editable(known: HistoryView | null): Schedule {
  const type = SCHEDULE_TYPES.find((one) => one === known?.schedule?.type);
  const cron = known?.schedule?.cron ?? '';
  return type === undefined ? scheduleOf(cron) : { type, cron };
}
