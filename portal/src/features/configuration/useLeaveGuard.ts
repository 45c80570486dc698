/** Asks before a page with unsaved changes is left: by a link, by Back and Forward, or by closing it. */

import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router';

/** How to go where somebody wanted to go. */
type Departure = { kind: 'link'; to: string } | { kind: 'history'; key: string };

/** Not in every browser. */
const navigation: Navigation | undefined = window.navigation;

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
    const onClick = (event: MouseEvent) => {
      const to = targetOf(event);
      if (to === null) return;
      event.preventDefault();
      event.stopPropagation();
      setDeparture({ kind: 'link', to });
    };
    const onNavigate = (event: NavigateEvent) => {
      if (event.navigationType !== 'traverse' || !event.cancelable) return;
      event.preventDefault();
      setDeparture({ kind: 'history', key: event.destination.key });
    };
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    document.addEventListener('click', onClick, { capture: true });
    // Where a browser lacks it, Back is not asked about: when popstate tells of it the router has left already.
    navigation?.addEventListener('navigate', onNavigate);
    window.addEventListener('beforeunload', onUnload);
    return () => {
      document.removeEventListener('click', onClick, { capture: true });
      navigation?.removeEventListener('navigate', onNavigate);
      window.removeEventListener('beforeunload', onUnload);
    };
  }, [isActive, departure]);
  return {
    isAsking: departure !== null,
    leave: () => {
      if (departure?.kind === 'link') void navigate(departure.to);
      else if (departure?.kind === 'history') navigation?.traverseTo(departure.key);
    },
    stay: () => setDeparture(null),
  };
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
