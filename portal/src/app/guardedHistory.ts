/** The browser's history, with a guard at every way to another page. React Router's own needs its data routers. */

import { parsePath, type HistoryRouterProps, type To } from 'react-router';
import type { LeaveGuard } from './leaveGuard';

type History = HistoryRouterProps['history'];

/** Links and code that go elsewhere wait for the guard, and so do Back and Forward. `history` tells of each change. */
export function guardedHistory(history: History, guard: LeaveGuard): History {
  let shown = history.location.pathname;
  let isReturning = false;
  let onArrival: (() => void) | undefined;
  const pass = (to: To, go: () => void) => {
    // Page, order and filters of a list are no other page.
    if (pathOf(to) === shown) go();
    else guard.pass(go);
  };
  return {
    get action() {
      return history.action;
    },
    get location() {
      return history.location;
    },
    createHref: history.createHref,
    createURL: history.createURL,
    encodeLocation: history.encodeLocation,
    go: history.go,
    push: (to, state) => pass(to, () => history.push(to, state)),
    replace: (to, state) => pass(to, () => history.replace(to, state)),
    listen: (listener) =>
      history.listen((update) => {
        onArrival?.();
        onArrival = undefined;
        if (isReturning) {
          isReturning = false;
          return;
        }
        const { action, location, delta } = update;
        // The browser has gone there already, and without asking: it is sent back, and there again once that is wanted.
        if (action === 'POP' && delta !== null && location.pathname !== shown && guard.isHolding) {
          isReturning = true;
          history.go(-delta);
          guard.pass(
            () =>
              new Promise((resolve) => {
                onArrival = resolve;
                history.go(delta);
              }),
          );
          return;
        }
        shown = location.pathname;
        listener(update);
      }),
  };

  function pathOf(to: To): string {
    const { pathname } = typeof to === 'string' ? parsePath(to) : to;
    return pathname ?? shown;
  }
}
