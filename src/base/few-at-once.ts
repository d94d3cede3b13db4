/**
 * What `work` makes of each item, in the order of the items, with at most `most` of them under way. A failure is thrown at
 * once; the other items are worked on all the same.
 */
export async function fewAtOnce<Item, Result>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const entries = items.entries();
  // The lanes share one iterator.
  const lane = async (): Promise<void> => {
    for (const [i, item] of entries) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: most }, lane));
  return results;
}
