import { expect, it } from 'vitest';
import { isTagName } from './tagName';

it.each(['v1', '1.0_build-2', '_', 'A'.repeat(128)])('%j is a name of a tag', (name) => {
  expect(isTagName(name)).toBe(true);
});

it.each(['', '.v1', '-v1', 'a b', 'a/b', 'ü', 'A'.repeat(129)])('%j is none', (name) => {
  expect(isTagName(name)).toBe(false);
});
