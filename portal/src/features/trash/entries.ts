/** What was deleted, as texts have it. Pure. */

import type { TrashEntryView } from '@/api/generated';
import { shortDigest } from '@/shared/format';

export const KINDS = ['project', 'repository', 'artifact', 'tag'] as const;

export type Kind = (typeof KINDS)[number];

export function isKind(kind: string): kind is Kind {
  return (KINDS as readonly string[]).includes(kind);
}

/** The full name of the repository it was in, or was: without tag and digest. */
export function repositoryOf({ resource }: Pick<TrashEntryView, 'resource'>): string {
  return resource.replace(/[@:].*$/, '');
}

/** What was deleted, its digest short. */
export function nameOf({ resource, digest }: Pick<TrashEntryView, 'resource' | 'digest'>): string {
  return digest ? resource.replace(digest, shortDigest(digest)) : resource;
}

/** What has to be typed before it is gone for good: short, and its own. */
export function wordOf(entry: Pick<TrashEntryView, 'kind' | 'resource' | 'digest'>): string {
  return entry.kind === 'artifact' ? repositoryOf(entry) : entry.resource;
}

/** The tags that can be chosen when it comes back: of a deletion that took several. */
export function choosableTags({ kind, tags }: Pick<TrashEntryView, 'kind' | 'tags'>): string[] {
  return (kind === 'artifact' || kind === 'repository') && tags && tags.length > 1 ? tags : [];
}
