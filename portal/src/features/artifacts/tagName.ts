/** Names of tags (OCI Distribution, "Pulling manifests"). Pure. */
export function isTagName(name: string): boolean {
  return /^\w[\w.-]{0,127}$/.test(name);
}
