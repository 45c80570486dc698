import type { TrashEntryView } from '@/api/generated';

/** For how many days a deletion can be undone. Pure. */
export function retentionDays(entry: Pick<TrashEntryView, 'deletion_time' | 'restorable_until'>): number {
  return Math.round((Date.parse(entry.restorable_until) - Date.parse(entry.deletion_time)) / 86_400_000);
}
