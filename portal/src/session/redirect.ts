/** Where to go after signing in. Pure. */

export const HOME = '/harbor/projects';

/** The address that was asked for if it is one of this portal, else the start: never another site. */
export function safeTarget(wanted: string | null): string {
  if (wanted === null || !wanted.startsWith('/harbor/') || wanted.includes('\\')) return HOME;
  return wanted;
}
