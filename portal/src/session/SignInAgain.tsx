import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { onSessionEnd } from '@/api/client';
import type { UserView } from '@/api/generated';
import { useReloadSession, useSession } from './session';
import { watchSession } from './watchSession';

const SignInAgainDialog = lazy(() => import('./SignInAgainDialog'));

/** Asks for the password over the page when the session has ended: forms stay, and what was refused is sent again. */
export function SignInAgain({ user }: { user: UserView }) {
  const { endsAt } = useSession();
  const reload = useReloadSession();
  const [isOpen, setOpen] = useState(false);
  const waiting = useRef<((signedIn: boolean) => void)[]>([]);
  const ask = useCallback(
    () =>
      new Promise<boolean>((resolve) => {
        waiting.current.push(resolve);
        setOpen(true);
      }),
    [],
  );
  useEffect(() => {
    onSessionEnd(ask);
    return () => onSessionEnd(null);
  }, [ask]);
  useEffect(() => {
    if (endsAt === null) return undefined;
    return watchSession(endsAt, user.user_id, () => void ask());
  }, [endsAt, user.user_id, ask]);
  const answer = useCallback(
    (signedIn: boolean) => {
      setOpen(false);
      for (const resolve of waiting.current.splice(0)) resolve(signedIn);
      if (signedIn) void reload();
    },
    [reload],
  );
  if (!isOpen) return null;
  return (
    <Suspense fallback={null}>
      <SignInAgainDialog name={user.username} onAnswer={answer} />
    </Suspense>
  );
}
