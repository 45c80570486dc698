import { describe, expect, it } from 'vitest';
import { areSelectorsValid, choosesName, choosesUntagged, withUntagged } from './selectors';

const matching = { kind: 'doublestar', decoration: 'matches', pattern: 'v*' };
const excluding = { kind: 'doublestar', decoration: 'excludes', pattern: 'v*' };

describe('choosesUntagged', () => {
  it('is so unless the extras say otherwise', () => {
    expect(choosesUntagged([matching])).toBe(true);
    expect(choosesUntagged([excluding])).toBe(true);
    expect(choosesUntagged([{ ...matching, extras: '{"untagged":false}' }])).toBe(false);
    expect(choosesUntagged([{ ...matching, extras: '{}' }])).toBe(false);
    expect(choosesUntagged([{ ...excluding, extras: '{}' }])).toBe(true);
  });

  it('reads extras of a selector that excludes the other way round', () => {
    expect(choosesUntagged([{ ...excluding, extras: '{"untagged":true}' }])).toBe(false);
    expect(choosesUntagged([{ ...excluding, extras: '{"untagged":false}' }])).toBe(true);
  });

  it('takes extras that are none for nothing said', () => {
    expect(choosesUntagged([{ ...matching, extras: 'untagged' }])).toBe(true);
    expect(choosesUntagged([{ ...matching, extras: '{"untagged":"no"}' }])).toBe(true);
  });

  it('needs all selectors', () => {
    expect(choosesUntagged([matching, { ...matching, extras: '{"untagged":false}' }])).toBe(false);
  });

  it.each([true, false])('is what withUntagged made it: %s', (isIncluded) => {
    expect(choosesUntagged(withUntagged([matching, excluding], isIncluded))).toBe(isIncluded);
  });
});

describe('areSelectorsValid', () => {
  it('wants at least one, and patterns that are some', () => {
    expect(areSelectorsValid([])).toBe(false);
    expect(areSelectorsValid([matching, excluding])).toBe(true);
    expect(areSelectorsValid([matching, { ...matching, pattern: '[v' }])).toBe(false);
    expect(areSelectorsValid([{ ...matching, pattern: '' }])).toBe(false);
  });
});

describe('choosesName', () => {
  it('needs all selectors', () => {
    const release = [matching, { ...excluding, pattern: '*-rc*' }];
    expect(choosesName(release, 'v1.0')).toBe(true);
    expect(choosesName(release, 'v1.0-rc1')).toBe(false);
    expect(choosesName(release, 'latest')).toBe(false);
  });

  it('chooses nothing with none, or with a pattern that is none', () => {
    expect(choosesName([], 'v1')).toBe(false);
    expect(choosesName([{ ...excluding, pattern: '[v' }], 'v1')).toBe(false);
  });
});
