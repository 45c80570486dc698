import { describe, expect, it } from 'vitest';
import { choosableTags, nameOf, repositoryOf, wordOf } from './entries';

describe('repositoryOf', () => {
  it.each(['shop/team/app', 'shop/team/app:v1', 'shop/team/app@sha256:ab'])('%s', (resource) => {
    expect(repositoryOf({ resource })).toBe('shop/team/app');
  });
});

describe('nameOf', () => {
  it('has a digest short, and everything else whole', () => {
    const digest = `sha256:${'0123456789ab'.repeat(5)}cdef`;
    expect(nameOf({ resource: `shop/app@${digest}`, digest })).toBe('shop/app@sha256:0123456789ab');
    expect(nameOf({ resource: 'shop/app:v1', digest })).toBe('shop/app:v1');
    expect(nameOf({ resource: 'shop' })).toBe('shop');
  });
});

describe('wordOf', () => {
  it('spares who types the digest', () => {
    expect(wordOf({ kind: 'artifact', resource: 'shop/app@sha256:ab', digest: 'sha256:ab' })).toBe('shop/app');
    expect(wordOf({ kind: 'tag', resource: 'shop/app:v1', digest: 'sha256:ab' })).toBe('shop/app:v1');
  });
});

describe('choosableTags', () => {
  it('are there when a deletion took several away', () => {
    expect(choosableTags({ kind: 'artifact', tags: ['a', 'b'] })).toEqual(['a', 'b']);
    expect(choosableTags({ kind: 'artifact', tags: ['a'] })).toEqual([]);
    expect(choosableTags({ kind: 'project', tags: null })).toEqual([]);
  });
});
