import { describe, expect, it } from 'vitest';
import type { ReferenceView } from '@/api/generated';
import { childrenOf, childrenQuery } from './platformTable';

const reference = (id: number, os: string, architecture: string, more: Partial<ReferenceView> = {}): ReferenceView => ({
  parent_id: 1,
  child_id: id,
  child_digest: `sha256:${id}`,
  urls: null,
  platform: { OsFeatures: null, os, architecture },
  ...more,
});
const ABOUT = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': 'sha256:2' };

describe('childrenOf', () => {
  it('tells attestations from images, and whom they are about', () => {
    const { images, attestations } = childrenOf([
      reference(2, 'linux', 'amd64'),
      reference(3, 'unknown', 'unknown', { annotations: ABOUT }),
      reference(4, 'unknown', 'unknown'),
    ]);
    expect(images.map(({ platform }) => platform)).toEqual(['linux/amd64']);
    expect(attestations.map(({ about, aboutPlatform }) => [about, aboutPlatform])).toEqual([
      ['sha256:2', 'linux/amd64'],
      [undefined, undefined],
    ]);
  });

  it('tells versions of Windows apart', () => {
    const platform = { OsFeatures: null, os: 'windows', architecture: 'amd64', OsVersion: '10.0.1' };
    expect(childrenOf([reference(2, '', '', { platform })]).images[0]?.platform).toBe('windows/amd64 (10.0.1)');
  });

  it('has children without a platform', () => {
    expect(childrenOf([reference(2, '', '', { platform: null })]).images[0]?.platform).toBe('');
  });
});

it('asks for all children at once', () => {
  const { images } = childrenOf([reference(2, 'linux', 'amd64'), reference(3, 'linux', 'arm64')]);
  expect(childrenQuery(images)).toBe('base=*,id={2 3}');
});
