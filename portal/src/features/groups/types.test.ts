import { describe, expect, it } from 'vitest';
import { isGroupName, kindsOf } from './types';

describe('groups that can be made', () => {
  it("are the identity provider's where there is one, and always those kept here", () => {
    expect(kindsOf('oidc_auth')).toEqual([3, 2]);
    expect(kindsOf('db_auth')).toEqual([2]);
    expect(kindsOf(undefined)).toEqual([2]);
  });

  it.each([
    ['developers', true],
    ['Team Ä / on call', true],
    ['', false],
    ['   ', false],
    ['x'.repeat(256), false],
  ])('may be called %j: %j', (name, valid) => {
    expect(isGroupName(name)).toBe(valid);
  });
});
