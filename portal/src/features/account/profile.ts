/** What users say about themselves, and what the server takes of it (H row 21). Pure. */

import type { UserView } from '@/api/generated';

export interface Profile {
  realname: string;
  email: string;
  comment: string;
}

const EMAIL = /^[^\s@,"<>()[\]\\:;]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i;

export function profileOf(user: UserView): Profile {
  return { realname: user.realname ?? '', email: user.email ?? '', comment: user.comment ?? '' };
}

export function isEmail(text: string): boolean {
  return text.length <= 255 && EMAIL.test(text);
}

export function isRealname(text: string): boolean {
  return text !== '' && text.length <= 255 && !/[,"~#%$]/.test(text);
}

export function isComment(text: string): boolean {
  return text.length <= 30;
}

export function isProfile({ realname, email, comment }: Profile): boolean {
  return isRealname(realname) && isEmail(email) && isComment(comment);
}

/** A name to log in with; ":" ends it in basic authentication. */
export function isUsername(text: string): boolean {
  return text !== '' && text.length <= 255 && !/[,"~#%$:]/.test(text);
}

export function isSame(one: Profile, other: Profile): boolean {
  return one.realname === other.realname && one.email === other.email && one.comment === other.comment;
}
