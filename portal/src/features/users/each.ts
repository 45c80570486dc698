/** The same for several things, one request after the other; what fails does not keep the others from it. Pure. */

export interface Failed<Item> {
  item: Item;
  error: unknown;
}

/** Those that failed, and why. */
export async function each<Item>(items: Item[], run: (item: Item) => Promise<unknown>): Promise<Failed<Item>[]> {
  const failed: Failed<Item>[] = [];
  for (const item of items) {
    try {
      await run(item);
    } catch (error) {
      failed.push({ item, error });
    }
  }
  return failed;
}
