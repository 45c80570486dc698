/** Who a member is. Pure. */

import type { MemberView, UserView } from '@/api/generated';

/** Somebody who can be made a member. */
export interface Candidate {
  /** User or group. */
  kind: 'u' | 'g';
  id: number;
  name: string;
}

/** A user and a group may have the same number. */
export function candidateKey({ kind, id }: Candidate): string {
  return `${kind}${id}`;
}

/** Whether the member is the user themselves, not a group they are in. */
export function isSelf(member: Pick<MemberView, 'entity_type' | 'entity_id'>, user: UserView | null): boolean {
  return user !== null && member.entity_type === 'u' && member.entity_id === user.user_id;
}

/** The user themselves last: without the role the others could not be changed any more. */
export function selfLast(members: MemberView[], user: UserView | null): MemberView[] {
  return [...members].sort((a, b) => Number(isSelf(a, user)) - Number(isSelf(b, user)));
}
