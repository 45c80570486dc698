/** Asks before unsaved work is left behind: every way out of a page passes through it. Knows neither React nor routes. */

/** Goes away; what takes longer is over when the promise is. */
export type Departure = () => void | Promise<void>;

export class LeaveGuard {
  readonly #unsaved = new Set<object>();
  readonly #listeners = new Set<() => void>();
  #waiting: Departure | null = null;
  #isLeaving = false;

  /** There is unsaved work from now on; returns how to say that there is no more. Closing the window asks as well. */
  hold(): () => void {
    const work = {};
    this.#unsaved.add(work);
    window.addEventListener('beforeunload', askBrowser);
    return () => {
      this.#unsaved.delete(work);
      if (this.#unsaved.size === 0) window.removeEventListener('beforeunload', askBrowser);
    };
  }

  /** Whether a departure would have to wait for an answer. */
  get isHolding(): boolean {
    return this.#unsaved.size > 0 && !this.#isLeaving;
  }

  /** Goes at once if nothing is lost by it, else when somebody says so. */
  pass(go: Departure): void {
    if (!this.isHolding) void go();
    else this.#wait(go);
  }

  /** Whether it is being asked. */
  readonly isAsking = (): boolean => this.#waiting !== null;

  /** The answers. What is met on the way out, such as where signing out leads to, is not asked about again. */
  readonly leave = async (): Promise<void> => {
    const go = this.#waiting;
    if (go === null) return;
    this.#wait(null);
    this.#isLeaving = true;
    try {
      await go();
    } finally {
      this.#isLeaving = false;
    }
  };

  readonly stay = (): void => this.#wait(null);

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #wait(go: Departure | null): void {
    this.#waiting = go;
    for (const tell of this.#listeners) tell();
  }
}

function askBrowser(event: BeforeUnloadEvent): void {
  event.preventDefault();
}
