/** Kinds of groups, as the API numbers them. Pure. */

/** Who is in it is said here; of the others, by the directory or the identity provider. */
export const INTERNAL = 2;
export const OIDC = 3;

/** The kinds that can be made while users log in that way; the first is the usual one. LDAP's come from its directory. */
export function kindsOf(authMode: string | undefined): number[] {
  return authMode === 'oidc_auth' ? [OIDC, INTERNAL] : [INTERNAL];
}

export function isGroupName(name: string): boolean {
  return name.trim() !== '' && name.length <= 255;
}
