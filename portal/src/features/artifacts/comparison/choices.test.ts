import { describe, expect, it } from 'vitest';
import type { ArtifactView, TagView } from '@/api/generated';
import { choicesOf, pickerQuery } from './choices';

const tag = (name: string): TagView => ({
  id: 1,
  repository_id: 1,
  artifact_id: 1,
  name,
  push_time: '',
  pull_time: '',
  immutable: false,
});
const artifact = (digest: string, ...tags: string[]): ArtifactView => ({
  id: 1,
  type: 'IMAGE',
  digest,
  manifest_media_type: '',
  project_id: 1,
  repository_id: 1,
  repository_name: 'shop/web',
  push_time: '',
  pull_time: '',
  icon: '',
  references: null,
  tags: tags.length === 0 ? null : tags.map(tag),
  labels: null,
  accessories: null,
});
const DIGEST = `sha256:${'ab'.repeat(32)}`;

describe('pickerQuery', () => {
  it('looks for tags, and for digests by their beginning', () => {
    expect(pickerQuery('1.5')).toBe('tags=~1.5');
    expect(pickerQuery('sha256:ab')).toBe('digest=~sha256%3Aab');
    expect(pickerQuery('')).toBeUndefined();
  });
});

describe('choicesOf', () => {
  it('offers every tag that fits, and no other tag of the same artifact', () => {
    const { tagged, untagged } = choicesOf([artifact(DIGEST, '1.5.0', 'latest')], '1.5');
    expect(tagged.map(({ name, digest }) => [name, digest])).toEqual([['1.5.0', DIGEST]]);
    expect(untagged).toEqual([]);
  });

  it('offers artifacts without a tag by their digests', () => {
    const { tagged, untagged } = choicesOf([artifact(DIGEST)], '');
    expect(tagged).toEqual([]);
    expect(untagged.map(({ name }) => name)).toEqual(['sha256:abababababab']);
  });

  it('offers all names of what a digest finds', () => {
    const { tagged, untagged } = choicesOf([artifact(DIGEST, 'v1')], 'sha256:ab');
    expect([...tagged, ...untagged].map(({ digest }) => digest)).toEqual([DIGEST, DIGEST]);
  });
});
