import { describe, expect, it } from 'vitest';
import { buildQuery } from './query';

describe('buildQuery', () => {
  it('leaves out what is not filtered', () => {
    expect(buildQuery([{ key: 'name', comparison: 'contains', value: '' }])).toBeUndefined();
    expect(buildQuery([{ key: 'name', comparison: 'contains', value: undefined }])).toBeUndefined();
  });

  it('joins conditions', () => {
    expect(
      buildQuery([
        { key: 'name', comparison: 'contains', value: 'web' },
        { key: 'public', comparison: 'exact', value: 'true' },
      ]),
    ).toBe('name=~web,public=true');
  });

  it('encodes what the server decodes once more', () => {
    expect(buildQuery([{ key: 'name', comparison: 'contains', value: 'a+b%' }])).toBe('name=~a%2Bb%25');
  });

  it('does not let a value become another condition', () => {
    expect(buildQuery([{ key: 'name', comparison: 'exact', value: 'a,public=true' }])).toBe('name=a%20public%3Dtrue');
  });

  it('takes a value that begins like a pattern literally', () => {
    expect(buildQuery([{ key: 'name', comparison: 'exact', value: '~x' }])).toBe('name=\\~x');
  });
});
