/** Who a member is. Pure. */

import type { MemberView, UserView } from '@/api/generated';

export type Kind = 'u' | 'g';

/** Somebody who can be made a member. */
export interface Candidate {
  kind: Kind;
  id: number;
  name: string;
}

/** Whether the member is the user themselves, not a group they are in. */
export function isSelf(member: Pick<MemberView, 'entity_type' | 'entity_id'>, user: UserView | null): boolean {
  return user !== null && member.entity_type === 'u' && member.entity_id === user.user_id;
}

/** The user themselves last: without the role the others could not be changed any more. */
export function selfLast(members: MemberView[], user: UserView | null): MemberView[] {
  return [...members].sort((a, b) => Number(isSelf(a, user)) - Number(isSelf(b, user)));
}
