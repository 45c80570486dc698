import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { onSessionEnd } from '@/api/client';

const SignInAgainDialog = lazy(() => import('./SignInAgainDialog'));

/** Asks for the password over the page when the session has ended: forms stay, and what was refused is sent again. */
export function SignInAgain({ name }: { name: string }) {
  const [isOpen, setOpen] = useState(false);
  const waiting = useRef<((signedIn: boolean) => void)[]>([]);
  useEffect(() => {
    onSessionEnd(
      () =>
        new Promise<boolean>((resolve) => {
          waiting.current.push(resolve);
          setOpen(true);
        }),
    );
    return () => onSessionEnd(null);
  }, []);
  const answer = useCallback((signedIn: boolean) => {
    setOpen(false);
    for (const resolve of waiting.current.splice(0)) resolve(signedIn);
  }, []);
  if (!isOpen) return null;
  return (
    <Suspense fallback={null}>
      <SignInAgainDialog name={name} onAnswer={answer} />
    </Suspense>
  );
}
