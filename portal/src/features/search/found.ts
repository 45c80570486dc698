/** What a search found, as groups of places to go to. Pure. */

import type { Search } from '@/api/generated';
import { artifactAddress, repositoryAddress } from '@/features/repositories/addresses';
import { repositoryInProject } from '@/shared/format';

export type Kind = 'projects' | 'repositories' | 'tags' | 'labels';

export interface Found {
  kind: Kind;
  key: string;
  name: string;
  /** Where it is: a project or a repository. */
  place: string;
  color?: string;
  address: string;
}

export interface FoundGroup {
  kind: Kind;
  items: Found[];
  /** How many more there are, at least. */
  more: number;
}

/** Shown of each kind; who is looking for another one types more of its name. */
const MOST = 6;

/** `mayManageLabels`: the labels of the system have a page for those only. */
export function groupsOf(search: Search, mayManageLabels: boolean): FoundGroup[] {
  const labels = (search.label ?? []).filter((label) => label.scope === 'p' || mayManageLabels);
  return [
    group('projects', search.project, ({ project_id: id, name }) => ({
      key: `project-${id}`,
      name,
      place: '',
      address: `/harbor/projects/${id}`,
    })),
    group('repositories', search.repository, ({ repository_name: name, project_id: id, project_name: project }) => ({
      key: `repository-${name}`,
      name: repositoryInProject(name),
      place: project,
      address: repositoryAddress(id, repositoryInProject(name)),
    })),
    group('tags', search.tag ?? [], ({ name, repository_name: repository, project_id: id, digest }) => ({
      key: `tag-${repository}:${name}`,
      name,
      place: repository,
      address: artifactAddress(id, repositoryInProject(repository), digest),
    })),
    group('labels', labels, ({ id, name, color, scope, project_id: project, project_name: place }) => ({
      key: `label-${id}`,
      name,
      place,
      color,
      address: `/harbor/${scope === 'p' ? `projects/${project}/labels` : 'labels'}?name=${encodeURIComponent(name)}`,
    })),
  ].filter(({ items }) => items.length > 0);
}

function group<Item>(kind: Kind, all: Item[], read: (item: Item) => Omit<Found, 'kind'>): FoundGroup {
  const items = all.slice(0, MOST).map((item) => ({ kind, ...read(item) }));
  return { kind, items, more: all.length - items.length };
}
