/** Notices that a session has ended though nothing was asked, without prolonging it by asking. */

import { getSession } from '@/api/generated';
import { body } from '@/api/pages';

/** Harbor's: what comes with it does not count as use of the session (H row 16). */
const QUIETLY = { 'X-Harbor-No-Session-Renewal': 'true' };

/** After the end, so that clocks need not agree to the millisecond; and no timer of a browser is longer. */
const MARGIN = 1_000;
const LONGEST = 2 ** 31 - 1;

/** Calls `onEnd` once the session is over; whatever the page asks meanwhile may move the end. Returns how to stop. */
export function watchSession(endsAt: number, userId: number, onEnd: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (until: number) => {
    timer = setTimeout(() => void look(), Math.min(LONGEST, Math.max(0, until - Date.now()) + MARGIN));
  };
  const look = async () => {
    try {
      const { user, expires_in } = await body(getSession({ headers: QUIETLY }));
      if (user === null) onEnd();
      // Somebody else has signed in, in another tab: this page shows what was another one's.
      else if (user.user_id !== userId) window.location.reload();
      else wait(Date.now() + (expires_in ?? 60) * 1000);
    } catch {
      // The server is away; that is no reason to ask for a password.
      wait(Date.now() + 60_000);
    }
  };
  wait(endsAt);
  return () => clearTimeout(timer);
}
