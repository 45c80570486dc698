import { describe, expect, it } from 'vitest';
import { isComplete, limitOf, patternsOf } from './limits';

describe('the repositories of a role', () => {
  it('are one pattern a line, each once', () => {
    expect(patternsOf(' app/* \n\nbase\napp/*, vendor/**')).toEqual(['app/*', 'base', 'vendor/**']);
  });

  it('are all where there is no limit, whatever was typed', () => {
    expect(limitOf({ role: 2, isLimited: false, repositories: 'app/*' })).toBeNull();
    expect(isComplete({ role: 2, isLimited: false, repositories: '' })).toBe(true);
  });

  it('are some where there is one', () => {
    expect(limitOf({ role: 2, isLimited: true, repositories: 'app/*' })).toEqual(['app/*']);
    expect(isComplete({ role: 2, isLimited: true, repositories: 'app/*' })).toBe(true);
  });

  it('are missing where a limit has no pattern', () => {
    expect(isComplete({ role: 2, isLimited: true, repositories: ' \n ' })).toBe(false);
  });
});
