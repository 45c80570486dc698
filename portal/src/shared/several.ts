/** The same for several things, one request after the other: the API has none for many. */

import { ApiError } from '@/api/errors';

export interface Failed<Item> {
  item: Item;
  error: unknown;
}

export interface Outcome<Item> {
  done: Item[];
  failed: Failed<Item>[];
}

/** Does it for each; what fails does not keep the others from it. */
export async function each<Item>(
  items: readonly Item[],
  run: (item: Item) => Promise<unknown>,
): Promise<Outcome<Item>> {
  const outcome: Outcome<Item> = { done: [], failed: [] };
  for (const item of items) {
    try {
      await run(item);
      outcome.done.push(item);
    } catch (error) {
      outcome.failed.push({ item, error });
    }
  }
  return outcome;
}

/**
 * Does it for each until one fails, where what is later must not happen without what is earlier: who takes rights from
 * others and from themselves is the last. The error names which; `onDone` is told of each before it.
 */
export async function inTurn<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  run: (item: Item) => Promise<unknown>,
  onDone?: (item: Item) => void,
): Promise<void> {
  for (const item of items) {
    try {
      await run(item);
    } catch (error) {
      throw items.length === 1 ? error : named(nameOf(item), error);
    }
    onDone?.(item);
  }
}

function named(name: string, error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  return new ApiError(`${name}: ${error.message}`, error.status, error.code, error.requestId);
}
