/** The page of an artifact that the API names by its repository alone. Pure. */

import { repositoryInProject } from '@/shared/format';

/** Null for a project whose name is a number: in addresses that would be an id. */
export function addressOf(repository: string, digest: string): string | null {
  const project = repository.slice(0, repository.indexOf('/'));
  if (/^\d+$/.test(project)) return null;
  const name = encodeURIComponent(repositoryInProject(repository));
  return `/harbor/projects/${encodeURIComponent(project)}/repositories/${name}/artifacts-tab/artifacts/${digest}`;
}
