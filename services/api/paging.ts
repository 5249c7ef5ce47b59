import { InvalidInput } from '../domain/errors.ts'

/** What a list is asked for. */
export interface Page {
  readonly limit: number
  /** Only entries with a number below this one. */
  readonly before?: number
}

const DEFAULT_LIMIT = 20

/**
 * One page of a list that is read newest first. The cursor is the number of the last item seen, so
 * new entries never shift what a reader has not read yet.
 */
export async function paged<Item>(
  query: { readonly limit?: number; readonly cursor?: string },
  read: (page: Page) => Promise<readonly Item[]>,
  numberOf: (item: Item) => number,
): Promise<{ readonly items: readonly Item[]; readonly next?: string }> {
  const limit = query.limit ?? DEFAULT_LIMIT
  const before = query.cursor === undefined ? undefined : fromCursor(query.cursor)
  const found = await read({ limit: limit + 1, ...(before !== undefined && { before }) })
  const items = found.slice(0, limit)
  return found.length > limit ? { items, next: toCursor(numberOf(items.at(-1)!)) } : { items }
}

const toCursor = (before: number): string => Buffer.from(`before ${before}`).toString('base64url')

function fromCursor(cursor: string): number {
  const [, digits] = /^before (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (digits === undefined) {
    throw new InvalidInput('this cursor is not one of ours', [
      { path: '/query/cursor', message: 'is not the `next` of any page' },
    ])
  }
  return Number(digits)
}
