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

/**
 * One page of a short list that is read whole, in its own order. Without a `limit` all of it is one
 * page: lists out of the fleet file end where the file does.
 *
 * @throws InvalidInput where the item that the cursor names has gone: begin again
 */
export function pageOfWhole<Item>(
  query: { readonly limit?: number; readonly cursor?: string },
  all: readonly Item[],
  idOf: (item: Item) => string,
): { readonly items: readonly Item[]; readonly next?: string } {
  const start = query.cursor === undefined ? 0 : placeAfter(query.cursor, all.map(idOf))
  const items = all.slice(start, start + (query.limit ?? all.length))
  const last = items.at(-1)
  const more = last !== undefined && start + items.length < all.length
  return more
    ? { items, next: Buffer.from(`after ${idOf(last)}`).toString('base64url') }
    : { items }
}

function placeAfter(cursor: string, ids: readonly string[]): number {
  const text = Buffer.from(cursor, 'base64url').toString()
  const at = text.startsWith('after ') ? ids.indexOf(text.slice('after '.length)) : -1
  if (at === -1) throw notOurs()
  return at + 1
}

const notOurs = (): InvalidInput =>
  new InvalidInput('this cursor is not one of ours', [
    { path: '/query/cursor', message: 'is not the `next` of any page, or its item has gone' },
  ])

const toCursor = (before: number): string => Buffer.from(`before ${before}`).toString('base64url')

function fromCursor(cursor: string): number {
  const [, digits] = /^before (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (digits === undefined) throw notOurs()
  return Number(digits)
}
