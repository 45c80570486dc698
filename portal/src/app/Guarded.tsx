import { lazy, Suspense, useSyncExternalStore, type ReactNode } from 'react';
import type { LeaveGuard } from './leaveGuard';
import { LeaveContext } from './leaving';

const LeaveDialog = lazy(() => import('./LeaveDialog'));

/** Asks for the guard: over the page, whichever it is. */
export function Guarded({ guard, children }: { guard: LeaveGuard; children: ReactNode }) {
  const isAsking = useSyncExternalStore(guard.subscribe, guard.isAsking);
  return (
    <LeaveContext value={guard}>
      {children}
      <Suspense>{isAsking && <LeaveDialog onLeave={() => void guard.leave()} onStay={guard.stay} />}</Suspense>
    </LeaveContext>
  );
}
