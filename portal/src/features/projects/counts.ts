/** What answers about a project add up to. Pure. */

import type { SummaryView } from '@/api/generated';
import { ROLES, type Role } from './roles';

/** How many members a project has by role, the role that may do most first. */
export function membersByRole(summary: SummaryView): { role: Role; count: number }[] {
  const counts: Record<Role, number | undefined> = {
    1: summary.project_admin_count,
    4: summary.maintainer_count,
    2: summary.developer_count,
    3: summary.guest_count,
    5: summary.limited_guest_count,
  };
  return ROLES.map((role) => ({ role, count: counts[role] ?? 0 }));
}

export function membersIn(summary: SummaryView): number {
  return membersByRole(summary).reduce((sum, { count }) => sum + count, 0);
}
