/** Garbage collections: their options and their numbers. Pure. */

import type { HistoryView } from '@/api/generated';
import { parametersOf } from './runs';

/** How to collect. */
export interface CollectionOptions {
  deleteUntagged: boolean;
  workers: number;
  dryRun: boolean;
}

export const MAX_WORKERS = 10;

export const USUAL_OPTIONS: CollectionOptions = { deleteUntagged: false, workers: 1, dryRun: false };

export function optionsOf(run: HistoryView): CollectionOptions {
  const { delete_untagged: untagged, workers, dry_run: dryRun } = parametersOf(run);
  return {
    deleteUntagged: untagged === true,
    // 0 is said of one that was started without a number.
    workers: Math.max(1, numberIn(workers)),
    dryRun: dryRun === true,
  };
}

/** The options in the API's words. */
export function parametersFor(options: CollectionOptions): Record<string, unknown> {
  return { delete_untagged: options.deleteUntagged, workers: options.workers, dry_run: options.dryRun };
}

/** The number that was typed; null when it is none that is allowed. */
export function parseWorkers(text: string): number | null {
  const value = Number(text);
  return text.trim() !== '' && Number.isInteger(value) && value >= 1 && value <= MAX_WORKERS ? value : null;
}

/** What a collection has done so far, or a dry run would have done. */
export interface CollectionNumbers {
  untagged: number;
  deletions: number;
  blobs: number;
  manifests: number;
  freedBytes: number;
}

export function numbersOf(run: HistoryView): CollectionNumbers {
  const values = parametersOf(run);
  return {
    untagged: numberIn(values.untagged),
    deletions: numberIn(values.deletions),
    blobs: numberIn(values.purged_blobs),
    manifests: numberIn(values.purged_manifests),
    freedBytes: numberIn(values.freed_space),
  };
}

/** How many things that are. */
export function thingsIn({ untagged, deletions, blobs, manifests }: CollectionNumbers): number {
  return untagged + deletions + blobs + manifests;
}

/** Hours for which something is kept after it was last needed; null where the run does not say. */
export function windowOf(run: HistoryView): number | null {
  const { time_window: hours } = parametersOf(run);
  return typeof hours === 'number' ? hours : null;
}

function numberIn(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
