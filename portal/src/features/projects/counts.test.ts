import { expect, it } from 'vitest';
import { membersByRole, membersIn } from './counts';

it('counts members by role, those that may do most first', () => {
  const summary = { repo_count: 3, guest_count: 4, project_admin_count: 1, limited_guest_count: 2 };
  expect(membersByRole(summary)).toEqual([
    { role: 1, count: 1 },
    { role: 4, count: 0 },
    { role: 2, count: 0 },
    { role: 3, count: 4 },
    { role: 5, count: 2 },
  ]);
  expect(membersIn(summary)).toBe(7);
});
