import { createContext, use, useEffect } from 'react';
import { LeaveGuard, type Departure } from './leaveGuard';

export const LeaveContext = createContext(new LeaveGuard());

/** While `isUnsaved`, the page is not left without asking. */
export function useUnsaved(isUnsaved: boolean): void {
  const guard = use(LeaveContext);
  useEffect(() => (isUnsaved ? guard.hold() : undefined), [guard, isUnsaved]);
}

/** For what leaves the page in another way than by an address. */
export function useDeparture(): (go: Departure) => void {
  const guard = use(LeaveContext);
  return (go) => guard.pass(go);
}
