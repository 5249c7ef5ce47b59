import type { Page } from '../../services/api/paging.ts'

/** One page of a list held in memory, newest first. */
export function pageOf<Item>(
  items: readonly Item[],
  numberOf: (item: Item) => number,
  { before = Number.POSITIVE_INFINITY, limit }: Page,
): Item[] {
  return items
    .filter((item) => numberOf(item) < before)
    .toSorted((a, b) => numberOf(b) - numberOf(a))
    .slice(0, limit)
}
