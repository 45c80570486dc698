/** What differs between two artifacts. Pure. */

import type { Layer } from '../history';

/** Left is what was, right is what is looked at: what only the right one has was added. */
export type Change = 'same' | 'changed' | 'added' | 'removed';

export interface Difference {
  name: string;
  left: string | undefined;
  right: string | undefined;
  change: Change;
}

/** Names and values of both sides by name. An empty value is one, a missing one is none. */
export function compareValues(
  left: Readonly<Record<string, string>>,
  right: Readonly<Record<string, string>>,
): Difference[] {
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  return names.map((name) => difference(name, own(left, name), own(right, name)));
}

/** The same facts of both sides, in their order; those that both lack are left out. */
export function compareFacts(
  facts: [name: string, left: string | undefined, right: string | undefined][],
): Difference[] {
  return facts
    .map(([name, left, right]) => difference(name, left || undefined, right || undefined))
    .filter(({ left, right }) => left !== undefined || right !== undefined);
}

/** Things that are there or not, such as ports. */
export function compareSets(left: string[], right: string[]): Difference[] {
  const named = (values: string[]) => Object.fromEntries(values.map((value) => [value, value]));
  return compareValues(named(left), named(right));
}

export function differing(differences: Difference[]): Difference[] {
  return differences.filter(({ change }) => change !== 'same');
}

function own(values: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function difference(name: string, left: string | undefined, right: string | undefined): Difference {
  return { name, left, right, change: changeOf(left, right) };
}

function changeOf(left: string | undefined, right: string | undefined): Change {
  if (left === right) return 'same';
  if (left === undefined) return 'added';
  return right === undefined ? 'removed' : 'changed';
}

export type Side = 'both' | 'left' | 'right';

export interface ComparedLayer {
  digest: string;
  /** Bytes, compressed. */
  size: number;
  side: Side;
  /** Where it stands in each, from 1; the first time when it is there more than once. */
  left: number | undefined;
  right: number | undefined;
}

export interface LayerComparison {
  /** What both have, then what only the left has, then what only the right has; each in its order. */
  layers: ComparedLayer[];
  /** Bytes of what both have, and of what one has alone. A layer counts once: it is kept and pulled once. */
  bytes: Record<Side, number>;
}

export function compareLayers(left: Layer[], right: Layer[]): LayerComparison {
  const leftPlaces = places(left);
  const rightPlaces = places(right);
  const rank = { both: 0, left: 1, right: 2 };
  const layers = [...leftPlaces.keys(), ...[...rightPlaces.keys()].filter((digest) => !leftPlaces.has(digest))]
    .map((digest): ComparedLayer => {
      const [there, here] = [leftPlaces.get(digest), rightPlaces.get(digest)];
      const side = there === undefined ? 'right' : here === undefined ? 'left' : 'both';
      return { digest, size: (there ?? here)?.size ?? 0, side, left: there?.place, right: here?.place };
    })
    .sort((one, other) => rank[one.side] - rank[other.side]);
  const bytes = { both: 0, left: 0, right: 0 };
  for (const layer of layers) bytes[layer.side] += layer.size;
  return { layers, bytes };
}

function places(layers: Layer[]): Map<string, { place: number; size: number }> {
  const found = new Map<string, { place: number; size: number }>();
  layers.forEach(({ digest, size }, index) => {
    if (!found.has(digest)) found.set(digest, { place: index + 1, size });
  });
  return found;
}

export interface Platform {
  name: string;
  digest: string;
}

/** Platforms of two indexes by name; a changed one has another digest. */
export function comparePlatforms(left: Platform[], right: Platform[]): Difference[] {
  const named = (platforms: Platform[]) => Object.fromEntries(platforms.map(({ name, digest }) => [name, digest]));
  return compareValues(named(left), named(right));
}

/** The platform of each side to begin with: those that were asked for, else one that both have, else the first. */
export function choosePlatforms(
  left: Platform[],
  right: Platform[],
  wanted: { left: string | null; right: string | null },
): { left: Platform | undefined; right: Platform | undefined } {
  const common = left.find(({ name }) => right.some((other) => other.name === name));
  const find = (platforms: Platform[], ...names: (string | null | undefined)[]) => {
    for (const name of names) {
      const found = platforms.find((platform) => platform.name === name);
      if (found !== undefined) return found;
    }
    return platforms[0];
  };
  return {
    left: find(left, wanted.left, wanted.right, common?.name),
    right: find(right, wanted.right, wanted.left, common?.name),
  };
}

/** The leaves of a document by their paths, such as `maintainers[0].name`: two documents are compared by them. */
export function flatten(value: unknown, path = ''): Record<string, string> {
  if (Array.isArray(value)) {
    return Object.assign({}, ...value.map((one, index) => flatten(one, `${path}[${index}]`)));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.assign(
      {},
      ...Object.entries(value).map(([name, one]) => flatten(one, path === '' ? name : `${path}.${name}`)),
    );
  }
  if (value === undefined || path === '') return {};
  return { [path]: typeof value === 'string' ? value : JSON.stringify(value) };
}
