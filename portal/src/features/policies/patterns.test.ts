import { describe, expect, it } from 'vitest';
import { matchesPattern, patternProblem, type PatternProblem } from './patterns';

/** The answers are those of the server's own reader of patterns. */
const MATCHES: [pattern: string, names: string[], others: string[]][] = [
  ['**', ['', 'v1', 'a/b/c'], []],
  ['*', ['', 'v1'], ['a/b']],
  ['v*', ['v', 'v1.2'], ['1v', 'v/1']],
  ['v?', ['v1', 'v😀'], ['v', 'v12', 'v/']],
  ['v[0-9].*', ['v1.', 'v1.2'], ['v10.2', 'va.1']],
  ['[^a-c]x', ['dx'], ['ax', '/x', 'x']],
  ['[b-a]x', [], ['ax', 'bx']],
  ['{latest,stable}', ['latest', 'stable'], ['late', '{latest,stable}']],
  ['{a,b{1,2}}c', ['ac', 'b1c', 'b2c'], ['bc']],
  ['web/**', ['web/', 'web/a', 'web/a/b'], ['web', 'web2/a']],
  ['**/app', ['app', 'a/app', 'a/b/app'], ['myapp', 'app/a']],
  ['a/**/b/**/c', ['a/b/c', 'a/x/b/y/z/c'], ['a/c', 'a/b']],
  ['a**b', ['ab', 'axxb'], ['a/b']],
  ['a*b*c', ['abc', 'axbxbxc'], ['ab', 'acb']],
  ['\\*', ['*'], ['a']],
  ['a.b', ['a.b'], ['axb']],
  ['a\\/b', [], ['a/b']],
];

describe('matchesPattern', () => {
  it.each(MATCHES)('%s', (pattern, names, others) => {
    expect(names.filter((name) => !matchesPattern(pattern, name))).toEqual([]);
    expect(others.filter((name) => matchesPattern(pattern, name))).toEqual([]);
  });

  it('matches nothing with a pattern that is malformed', () => {
    expect(matchesPattern('[a', '[a')).toBe(false);
  });

  it('takes no longer than length times length', () => {
    const started = performance.now();
    expect(matchesPattern(`${'*a'.repeat(100)}b`, 'a'.repeat(5_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('patternProblem', () => {
  const problems: [string, PatternProblem | null][] = [
    ['**', null],
    ['}', null],
    ['', 'empty'],
    ['a\0', 'null'],
    ['a'.repeat(256), 'tooLong'],
    ['{a,b}'.repeat(6), null],
    ['{a,b}'.repeat(7), 'tooMany'],
    ['{a,b', 'brace'],
    ['[a', 'bracket'],
    ['[]', 'emptySet'],
    ['[a-]', 'range'],
    ['a\\', 'escape'],
  ];

  it.each(problems)('%s: %s', (pattern, problem) => {
    expect(patternProblem(pattern)).toBe(problem);
  });
});
