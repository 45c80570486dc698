import { describe, expect, it } from 'vitest';
import type { Layer } from '../history';
import {
  choosePlatforms,
  compareFacts,
  compareLayers,
  comparePlatforms,
  compareSets,
  compareValues,
  differing,
  flatten,
} from './compare';

const layer = (name: string, size: number): Layer => ({ digest: name, size, mediaType: 'layer' });

describe('compareValues', () => {
  it('finds what was added, removed, changed and kept, by name', () => {
    expect(compareValues({ B: '1', C: '2', D: '3' }, { A: '0', B: '1', C: '9' })).toEqual([
      { name: 'A', left: undefined, right: '0', change: 'added' },
      { name: 'B', left: '1', right: '1', change: 'same' },
      { name: 'C', left: '2', right: '9', change: 'changed' },
      { name: 'D', left: '3', right: undefined, change: 'removed' },
    ]);
  });

  it('tells an empty value from none', () => {
    expect(compareValues({ A: '' }, {})[0]?.change).toBe('removed');
    expect(compareValues({ A: '' }, { A: '' })[0]?.change).toBe('same');
  });

  it('is not confused by names that every object has', () => {
    expect(compareValues({ constructor: 'x' }, {})).toEqual([
      { name: 'constructor', left: 'x', right: undefined, change: 'removed' },
    ]);
    expect(compareValues({}, { toString: 'x' })[0]?.change).toBe('added');
  });
});

describe('compareFacts', () => {
  it('keeps the order and leaves out what both lack', () => {
    const found = compareFacts([
      ['user', '0', '1000'],
      ['author', '', undefined],
      ['created', undefined, 'now'],
      ['os', 'linux', 'linux'],
    ]);
    expect(found.map(({ name, change }) => [name, change])).toEqual([
      ['user', 'changed'],
      ['created', 'added'],
      ['os', 'same'],
    ]);
    expect(differing(found)).toHaveLength(2);
  });
});

it('compareSets finds what is in one only', () => {
  expect(compareSets(['80/tcp', '443/tcp'], ['443/tcp', '9090/tcp']).map(({ name, change }) => [name, change])).toEqual(
    [
      ['443/tcp', 'same'],
      ['80/tcp', 'removed'],
      ['9090/tcp', 'added'],
    ],
  );
});

describe('compareLayers', () => {
  it('puts what both have first, then each side alone, in their orders', () => {
    const { layers } = compareLayers(
      [layer('base', 100), layer('old', 30), layer('end', 1)],
      [layer('base', 100), layer('new', 40), layer('end', 1), layer('more', 5)],
    );
    expect(layers.map(({ digest, side, left, right }) => [digest, side, left, right])).toEqual([
      ['base', 'both', 1, 1],
      ['end', 'both', 3, 3],
      ['old', 'left', 2, undefined],
      ['new', 'right', undefined, 2],
      ['more', 'right', undefined, 4],
    ]);
  });

  it('counts bytes that are shared and bytes of one side', () => {
    const { bytes } = compareLayers([layer('a', 100), layer('b', 30)], [layer('a', 100), layer('c', 40)]);
    expect(bytes).toEqual({ both: 100, left: 30, right: 40 });
  });

  it('counts a layer once that an image has twice', () => {
    const { layers, bytes } = compareLayers([layer('a', 7), layer('a', 7)], [layer('b', 1), layer('a', 7)]);
    expect(layers.map(({ digest, left, right }) => [digest, left, right])).toEqual([
      ['a', 1, 2],
      ['b', undefined, 1],
    ]);
    expect(bytes).toEqual({ both: 7, left: 0, right: 1 });
  });

  it('knows layers as shared that stand in another order', () => {
    const { layers } = compareLayers([layer('a', 1), layer('b', 2)], [layer('b', 2), layer('a', 1)]);
    expect(layers.every(({ side }) => side === 'both')).toBe(true);
  });

  it('compares with nothing', () => {
    expect(compareLayers([], [layer('a', 1)]).bytes).toEqual({ both: 0, left: 0, right: 1 });
    expect(compareLayers([], [])).toEqual({ layers: [], bytes: { both: 0, left: 0, right: 0 } });
  });
});

const AMD = { name: 'linux/amd64', digest: 'amd' };
const ARM = { name: 'linux/arm64', digest: 'arm' };

it('comparePlatforms finds platforms that are new, gone or built anew', () => {
  const found = comparePlatforms(
    [AMD, ARM],
    [
      { ...ARM, digest: 'new' },
      { name: 'windows/amd64', digest: 'win' },
    ],
  );
  expect(found.map(({ name, change }) => [name, change])).toEqual([
    ['linux/amd64', 'removed'],
    ['linux/arm64', 'changed'],
    ['windows/amd64', 'added'],
  ]);
});

describe('choosePlatforms', () => {
  it('takes what was asked for', () => {
    const chosen = choosePlatforms([AMD, ARM], [AMD, ARM], { left: 'linux/arm64', right: 'linux/amd64' });
    expect(chosen).toEqual({ left: ARM, right: AMD });
  });
  it('follows the side that was chosen', () => {
    expect(choosePlatforms([AMD, ARM], [AMD, ARM], { left: 'linux/arm64', right: null })).toEqual({
      left: ARM,
      right: ARM,
    });
  });
  it('begins with a platform that both have', () => {
    expect(choosePlatforms([AMD, ARM], [ARM], { left: null, right: null })).toEqual({ left: ARM, right: ARM });
  });
  it('takes the first of each where they have none in common', () => {
    expect(choosePlatforms([AMD], [ARM], { left: null, right: null })).toEqual({ left: AMD, right: ARM });
    expect(choosePlatforms([AMD], [], { left: 'gone', right: null })).toEqual({ left: AMD, right: undefined });
  });
});

describe('flatten', () => {
  it('names the leaves of a document by their paths', () => {
    expect(flatten({ a: { b: 1, c: [true, { d: 'x' }] }, e: null })).toEqual({
      'a.b': '1',
      'a.c[0]': 'true',
      'a.c[1].d': 'x',
      e: 'null',
    });
  });
  it('of nothing is nothing', () => {
    expect(flatten(undefined)).toEqual({});
    expect(flatten({})).toEqual({});
    expect(flatten('text')).toEqual({});
  });
});
