/** Code of a page that could not be loaded: the server was away, or serves another version by now. */

const failures = new WeakSet<object>();

/** Call once, before pages are opened: remembers the errors that loading code ended with. */
export function watchMissingCode(): void {
  window.addEventListener('vite:preloadError', ({ payload }) => failures.add(payload));
}

export function isMissingCode(error: unknown): boolean {
  return typeof error === 'object' && error !== null && failures.has(error);
}

/**
 * Opens the address anew, as soon as there is somebody to ask: browsers keep a failed import, so that asking again is
 * no use, and what is served now may have other names.
 */
export async function openAnew(): Promise<void> {
  try {
    await fetch('/api/v2.0/ping', { cache: 'no-store' });
  } catch {
    return;
  }
  window.location.reload();
}
