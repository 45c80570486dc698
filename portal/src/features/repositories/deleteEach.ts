/** Several deletions, one after the other: the API has none for many. Pure. */

export interface Refused<Item> {
  item: Item;
  error: unknown;
}

export interface Outcome<Item> {
  deleted: Item[];
  refused: Refused<Item>[];
}

/** Goes on after what is refused, so that one immutable tag does not keep the others. */
export async function deleteEach<Item>(
  items: Item[],
  remove: (item: Item) => Promise<unknown>,
): Promise<Outcome<Item>> {
  const outcome: Outcome<Item> = { deleted: [], refused: [] };
  for (const item of items) {
    try {
      await remove(item);
      outcome.deleted.push(item);
    } catch (error) {
      outcome.refused.push({ item, error });
    }
  }
  return outcome;
}
