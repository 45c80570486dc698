/** What a project's storage is made of, as parts that do not overlap and add up. Pure. */

import type { ProjectStorage } from '@/api/generated';
import type { BarColor } from '@/shared/Bar';

/** Repositories that are shown. */
export const SHOWN = 8;

const COLORS: readonly BarColor[] = ['blue', 'orange', 'green', 'purple', 'teal', 'yellow', 'red', 'dark-blue'];

export type Rest = 'shared' | 'others' | 'unreferenced' | 'free';

const REST_COLORS: Record<Rest, BarColor> = {
  shared: 'strong',
  others: 'medium',
  unreferenced: 'weak',
  free: 'none',
};

export interface Part {
  /** What it is: a repository's name, or what is left beside those. */
  of: { repository: string } | { rest: Rest };
  bytes: number;
  /** Of a hundred: of the limit; of what is used, when there is none or more is used. */
  width: number;
  color: BarColor;
}

/** The parts from left to right; those of no bytes are left out. */
export function storageParts(storage: ProjectStorage): Part[] {
  const { used, hard, shared, unreferenced } = storage;
  const shown = storage.repositories.slice(0, SHOWN);
  const alone = shown.reduce((sum, { only_here }) => sum + only_here, 0);
  const whole = Math.max(used, hard);
  const part = (of: Part['of'], bytes: number, color: BarColor): Part => ({
    of,
    bytes,
    width: share(bytes, whole),
    color,
  });
  const rest = (kind: Rest, bytes: number) => part({ rest: kind }, bytes, REST_COLORS[kind]);
  return [
    ...shown.map(({ name, only_here }, index) => part({ repository: name }, only_here, colorOf(index))),
    rest('others', used - shared - unreferenced - alone),
    rest('shared', shared),
    rest('unreferenced', unreferenced),
    rest('free', Math.max(0, hard - used)),
  ].filter(({ bytes }) => bytes > 0);
}

/** The colour of a repository, by its place in the answer. */
export function colorOf(index: number): BarColor {
  return COLORS[index % COLORS.length] ?? 'blue';
}

/** Bytes as parts of a hundred of others. */
export function share(bytes: number, whole: number): number {
  return whole === 0 ? 0 : (100 * bytes) / whole;
}
