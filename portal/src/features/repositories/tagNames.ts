/** Names of tags (OCI distribution specification, "Pulling manifests"). Pure. */

const NAME = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

export function isTagName(name: string): boolean {
  return NAME.test(name);
}
