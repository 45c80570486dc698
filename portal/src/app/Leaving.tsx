import { createContext, lazy, Suspense, use, useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { LeaveGuard, type Departure } from './leaveGuard';

const LeaveDialog = lazy(() => import('./LeaveDialog'));

const Context = createContext(new LeaveGuard());

/** Asks for the guard: over the page, whichever it is. */
export function Leaving({ guard, children }: { guard: LeaveGuard; children: ReactNode }) {
  const isAsking = useSyncExternalStore(guard.subscribe, guard.isAsking);
  return (
    <Context value={guard}>
      {children}
      <Suspense>{isAsking && <LeaveDialog onLeave={() => void guard.leave()} onStay={guard.stay} />}</Suspense>
    </Context>
  );
}

/** While `isUnsaved`, the page is not left without asking. */
export function useUnsaved(isUnsaved: boolean): void {
  const guard = use(Context);
  useEffect(() => (isUnsaved ? guard.hold() : undefined), [guard, isUnsaved]);
}

/** For what leaves the page in another way than by an address. */
export function useDeparture(): (go: Departure) => void {
  const guard = use(Context);
  return (go) => guard.pass(go);
}
