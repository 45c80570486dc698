import { describe, expect, it } from 'vitest';
import { isTagName } from './tagNames';

describe('isTagName', () => {
  it.each(['v1', '_x', '1.2.3-rc.1', 'A'.repeat(128)])('takes %s', (name) => {
    expect(isTagName(name)).toBe(true);
  });

  it.each(['', '.v1', '-v1', 'a/b', 'a:b', 'a b', 'ü', 'A'.repeat(129)])('refuses %s', (name) => {
    expect(isTagName(name)).toBe(false);
  });
});
