import { describe, expect, it } from 'vitest';
import type { Search } from '@/api/generated';
import { groupsOf } from './found';

const repository = (name: string) => ({ repository_name: name, project_id: 2, project_name: 'shop' });
const label = (id: number, scope: string) => ({
  id,
  name: 'in use',
  color: '#FFF',
  scope,
  project_id: scope === 'p' ? 2 : 0,
  project_name: scope === 'p' ? 'shop' : '',
});
const NOTHING: Search = { project: [], repository: [] };

describe('groupsOf', () => {
  it('leads to repositories and to the artifacts of tags, whose names have slashes', () => {
    const groups = groupsOf(
      {
        ...NOTHING,
        repository: [repository('shop/web/front')],
        tag: [{ name: 'v1', ...repository('shop/web/front'), digest: 'sha256:ab' }],
      },
      false,
    );
    expect(groups.map(({ kind, items }) => [kind, items[0]?.name, items[0]?.place, items[0]?.address])).toEqual([
      ['repositories', 'web/front', 'shop', '/harbor/projects/2/repositories/web%2Ffront'],
      ['tags', 'v1', 'shop/web/front', '/harbor/projects/2/repositories/web%2Ffront/artifacts-tab/artifacts/sha256:ab'],
    ]);
  });

  it('leaves out labels whose page cannot be opened', () => {
    const found = { ...NOTHING, label: [label(1, 'g'), label(2, 'p')] };
    expect(groupsOf(found, false)[0]?.items.map(({ address }) => address)).toEqual([
      '/harbor/projects/2/labels?name=in%20use',
    ]);
    expect(groupsOf(found, true)[0]?.items.map(({ address }) => address)).toEqual([
      '/harbor/labels?name=in%20use',
      '/harbor/projects/2/labels?name=in%20use',
    ]);
  });

  it('says how many more there are', () => {
    const many = [...Array(9).keys()].map((number) => repository(`shop/r${number}`));
    const [group] = groupsOf({ ...NOTHING, repository: many }, false);
    expect(group?.items).toHaveLength(6);
    expect(group?.more).toBe(3);
  });

  it('has no group without anything in it', () => {
    expect(groupsOf(NOTHING, true)).toEqual([]);
  });
});
