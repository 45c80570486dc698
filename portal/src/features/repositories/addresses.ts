/** Where the pages of repositories and artifacts are. Pure. */

/** `name`: without the project. */
export function repositoryAddress(projectId: number, name: string): string {
  return `/harbor/projects/${projectId}/repositories/${encodeURIComponent(name)}`;
}

export function artifactAddress(projectId: number, name: string, digest: string): string {
  return `${repositoryAddress(projectId, name)}/artifacts-tab/artifacts/${digest}`;
}

export function comparisonAddress(projectId: number, name: string, left: string, right: string): string {
  const digests = new URLSearchParams({ left, right });
  return `${repositoryAddress(projectId, name)}/artifacts-tab/compare?${digests.toString()}`;
}
