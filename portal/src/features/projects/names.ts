/** Names of projects, as the API takes them (H row 19). Pure. */

const NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

export function isProjectName(name: string): boolean {
  return name.length <= 255 && NAME.test(name);
}
