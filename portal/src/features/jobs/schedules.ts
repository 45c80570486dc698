/** Schedules of the whole system. Pure. */

import type { ScheduleTaskView } from '@/api/generated';

/** Where the work of a schedule is looked at; undefined where there is no page of it. */
export function placeOf({ vendor_type: type }: ScheduleTaskView): string | undefined {
  if (type === 'GARBAGE_COLLECTION') return '/harbor/clearing-job/gc';
  if (type === 'PURGE_AUDIT_LOG') return '/harbor/clearing-job/audit-log-purge';
  return undefined;
}

/** The policy a schedule belongs to; undefined for what the system has one of. */
export function policyOf({ vendor_id: id = 0 }: ScheduleTaskView): number | undefined {
  return id > 0 ? id : undefined;
}
