import { expect, it } from 'vitest';
import type { MemberView, UserView } from '@/api/generated';
import { isSelf, selfLast } from './member';

const mona: UserView = {
  user_id: 7,
  username: 'mona',
  sysadmin_flag: false,
  admin_role_in_auth: false,
  creation_time: '',
  update_time: '',
};

function member(entity_type: string, entity_id: number): MemberView {
  const role = { role_id: 1, role_name: 'projectAdmin' };
  return { id: entity_id, project_id: 1, entity_name: `${entity_type}${entity_id}`, entity_id, entity_type, ...role };
}

it('tells a user from the group that has the same number', () => {
  expect(isSelf(member('u', 7), mona)).toBe(true);
  expect(isSelf(member('g', 7), mona)).toBe(false);
  expect(isSelf(member('u', 8), mona)).toBe(false);
  expect(isSelf(member('u', 7), null)).toBe(false);
});

it('leaves oneself for the end', () => {
  const members = [member('u', 7), member('g', 7), member('u', 8)];
  expect(selfLast(members, mona).map(({ entity_name }) => entity_name)).toEqual(['g7', 'u8', 'u7']);
});
