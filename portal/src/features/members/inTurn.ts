/** One change after the other. */

import { ApiError } from '@/api/errors';

/**
 * Does it for each, in order, and stops at the first that fails; the error names it, and what was done before stays
 * done, which `onDone` is told of each.
 */
export async function inTurn<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  run: (item: T) => Promise<unknown>,
  onDone: (item: T) => void,
): Promise<void> {
  for (const item of items) {
    try {
      await run(item);
    } catch (error) {
      throw items.length === 1 ? error : named(nameOf(item), error);
    }
    onDone(item);
  }
}

function named(name: string, error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  return new ApiError(`${name}: ${error.message}`, error.status, error.code, error.requestId);
}
