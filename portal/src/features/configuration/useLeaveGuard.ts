/** Asks before a page with unsaved changes is left: by a link, by Back and Forward, or by closing it. */

import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router';

/** How to go where somebody wanted to go. */
type Departure = { kind: 'link'; to: string } | { kind: 'history'; steps: number };

interface Guard {
  isAsking: boolean;
  leave: () => void;
  stay: () => void;
}

export function useLeaveGuard(isActive: boolean): Guard {
  const navigate = useNavigate();
  const [departure, setDeparture] = useState<Departure | null>(null);
  useEffect(() => {
    // While it is asked the dialog's own buttons are all there is, and leaving is allowed.
    if (!isActive || departure !== null) return undefined;
    const here = positionOf(window.history.state);
    /** How far away the address was when it began to be set back. */
    let returning: number | null = null;
    const onClick = (event: MouseEvent) => {
      const to = targetOf(event);
      if (to === null) return;
      event.preventDefault();
      event.stopPropagation();
      setDeparture({ kind: 'link', to });
    };
    const onHistory = (event: PopStateEvent) => {
      const steps = positionOf(event.state) - here;
      if (steps === 0 && returning === null) return;
      // The address has changed already: it is set back, and the router sees neither.
      event.stopImmediatePropagation();
      if (returning === null) {
        returning = steps;
        window.history.go(-steps);
      } else {
        setDeparture({ kind: 'history', steps: returning });
      }
    };
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    document.addEventListener('click', onClick, { capture: true });
    window.addEventListener('popstate', onHistory, { capture: true });
    window.addEventListener('beforeunload', onUnload);
    return () => {
      document.removeEventListener('click', onClick, { capture: true });
      window.removeEventListener('popstate', onHistory, { capture: true });
      window.removeEventListener('beforeunload', onUnload);
    };
  }, [isActive, departure]);
  return {
    isAsking: departure !== null,
    leave: () => {
      if (departure?.kind === 'link') void navigate(departure.to);
      else if (departure?.kind === 'history') window.history.go(departure.steps);
    },
    stay: () => setDeparture(null),
  };
}

/** The router numbers the entries of the history. */
function positionOf(state: unknown): number {
  const index = (state as { idx?: unknown } | null)?.idx;
  return typeof index === 'number' ? index : 0;
}

/** The page of this portal that a click leads to, in this window; null when it leads nowhere else. */
function targetOf(event: MouseEvent): string | null {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null;
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
  if (!(link instanceof HTMLAnchorElement) || link.target === '_blank' || link.hasAttribute('download')) return null;
  const { origin, pathname, search, hash } = new URL(link.href);
  if (origin !== window.location.origin || pathname === window.location.pathname) return null;
  return `${pathname}${search}${hash}`;
}
