import { describe, expect, it } from 'vitest';
import { artifactAddress, comparisonAddress, repositoryAddress } from './addresses';

describe('addresses', () => {
  it('have the slashes of a repository encoded', () => {
    expect(repositoryAddress(7, 'team/app')).toBe('/harbor/projects/7/repositories/team%2Fapp');
  });

  it('name artifacts by digest', () => {
    expect(artifactAddress(7, 'app', 'sha256:ab')).toBe(
      '/harbor/projects/7/repositories/app/artifacts-tab/artifacts/sha256:ab',
    );
  });

  it('name both sides of a comparison', () => {
    const address = new URL(comparisonAddress(7, 'app', 'sha256:ab', 'sha256:cd'), 'http://portal');
    expect(address.pathname).toBe('/harbor/projects/7/repositories/app/artifacts-tab/compare');
    expect(Object.fromEntries(address.searchParams)).toEqual({ left: 'sha256:ab', right: 'sha256:cd' });
  });
});
