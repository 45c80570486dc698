import { describe, expect, it } from 'vitest';
import type { ReferenceView } from '@/api/generated';
import { platformName, platformsOf } from './platforms';

function child(platform: ReferenceView['platform']): ReferenceView {
  return { parent_id: 1, child_id: 2, child_digest: 'sha256:ab', urls: null, platform };
}

describe('platforms', () => {
  it('are written as clients ask for them', () => {
    expect(platformName({ os: 'linux', architecture: 'arm', variant: 'v7' })).toBe('linux/arm/v7');
    expect(platformName({ os: 'linux', architecture: 'amd64', variant: '' })).toBe('linux/amd64');
  });

  it('of an index are those of its children, without attestations', () => {
    const references = [
      child({ OsFeatures: null, os: 'linux', architecture: 'amd64' }),
      child({ OsFeatures: null, os: 'linux', architecture: 'arm64' }),
      child({ OsFeatures: null, os: 'unknown', architecture: 'unknown' }),
      child(null),
    ];
    expect(platformsOf({ references })).toEqual(['linux/amd64', 'linux/arm64']);
  });

  it('are named once', () => {
    const windows = { OsFeatures: null, os: 'windows', architecture: 'amd64' };
    expect(platformsOf({ references: [child(windows), child(windows)] })).toEqual(['windows/amd64']);
  });

  it('of an image come from its config, which may say nothing', () => {
    expect(platformsOf({ references: null, extra_attrs: { os: 'linux', architecture: 'riscv64' } })).toEqual([
      'linux/riscv64',
    ]);
    expect(platformsOf({ references: null, extra_attrs: null })).toEqual([]);
    expect(platformsOf({ references: null, extra_attrs: 'odd' })).toEqual([]);
  });
});
