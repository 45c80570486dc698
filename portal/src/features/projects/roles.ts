/** Harbor's roles of a project by number, the one that may do most first. Pure. */

export const ROLES = [1, 4, 2, 3, 5] as const;

export type Role = (typeof ROLES)[number];

/** Project admins, maintainers and developers. */
const PUSHING: ReadonlySet<number> = new Set([1, 4, 2]);

export function isRole(id: number | undefined): id is Role {
  return ROLES.some((role) => role === id);
}

export function mayPush(role: number | undefined): boolean {
  return role !== undefined && PUSHING.has(role);
}
