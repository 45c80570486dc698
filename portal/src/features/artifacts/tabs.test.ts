import { describe, expect, it } from 'vitest';
import type { ArtifactView } from '@/api/generated';
import { tabsOf } from './tabs';

const artifact = (more: Partial<ArtifactView>): ArtifactView => ({
  id: 1,
  type: 'IMAGE',
  digest: 'sha256:ab',
  manifest_media_type: 'application/vnd.oci.image.manifest.v1+json',
  project_id: 1,
  repository_id: 1,
  repository_name: 'shop/web',
  push_time: '',
  pull_time: '',
  icon: '',
  references: null,
  tags: null,
  labels: null,
  accessories: null,
  ...more,
});
const links = (...names: string[]) => Object.fromEntries(names.map((name) => [name, { href: '' }]));

describe('tabsOf', () => {
  it('shows what an image has', () => {
    expect(tabsOf(artifact({ addition_links: links('build_history') }), true)).toEqual([
      'overview',
      'history',
      'manifest',
    ]);
  });
  it('shows the platforms of an index', () => {
    const index = artifact({ manifest_media_type: 'application/vnd.oci.image.index.v1+json' });
    expect(tabsOf(index, true)).toEqual(['overview', 'platforms', 'manifest']);
  });
  it('shows the files of a chart', () => {
    const chart = artifact({ type: 'CHART', addition_links: links('values.yaml', 'readme.md', 'dependencies') });
    expect(tabsOf(chart, true)).toEqual(['overview', 'readme', 'values', 'dependencies', 'manifest']);
  });
  it('hides the manifest from who may not pull', () => {
    expect(tabsOf(artifact({}), false)).toEqual(['overview']);
  });
  it('shows what is attached', () => {
    const accessory = { id: 2, artifact_id: 2, subject_artifact_id: 1, subject_artifact_digest: '' };
    const more = { subject_artifact_repo: '', digest: '', size: 1, type: '', icon: '', creation_time: '' };
    expect(tabsOf(artifact({ accessories: [{ ...accessory, ...more }] }), true)).toContain('accessories');
    expect(tabsOf(artifact({ inherited_accessories: [{ ...accessory, ...more }] }), true)).toContain('accessories');
    expect(tabsOf(artifact({ accessories: [] }), true)).not.toContain('accessories');
  });
});
