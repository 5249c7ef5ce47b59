import { hash } from 'node:crypto'
import { Conflict, InvalidInput } from '../domain/errors.ts'
import { HttpError } from './http-error.ts'
import type { Revised, SeenRevision } from './ports.ts'

/**
 * Names a value by what it says: the fleet file below it may change while the revision of what was
 * laid over it does not.
 */
export const contentTag = ({ revision, value }: Revised<object>): string =>
  `"r${revision}-${hash('sha256', JSON.stringify(value), 'hex').slice(0, 16)}"`

export const revisionTag = (revision: number): string => `"r${revision}"`

export interface RevisionHeaders {
  readonly 'if-match'?: string
  readonly 'if-none-match'?: '*'
}

/**
 * What a writer says it has seen. It has to say something: a blind write would undo what somebody
 * else did a moment ago. `If-Match: *` is whatever is there (RFC 9110, 13.1.1).
 *
 * @param now what is there; undefined where nothing is
 * @throws HttpError 428 where it says nothing, 412 where it has seen something else; InvalidInput
 *   where the tag is none of ours
 */
export function seenRevision(
  headers: RevisionHeaders,
  now: Revised<object> | undefined,
): SeenRevision {
  const tag = headers['if-match']
  if (tag === undefined) {
    if (headers['if-none-match'] === '*') return 'none'
    throw new HttpError(
      'PRECONDITION_REQUIRED',
      'send `If-Match` with the ETag you read, or `If-None-Match: *` for something new',
    )
  }
  if (tag !== '*' && !CONTENT_TAG.test(tag)) throw notOurs()
  if (now && (tag === '*' || tag === contentTag(now))) return now.revision
  throw new HttpError('PRECONDITION_FAILED', 'it is not what you have seen')
}

const CONTENT_TAG = /^"r\d{1,15}-[0-9a-f]{16}"$/
const REVISION_TAG = /^"r(\d{1,15})"$/

const notOurs = (): InvalidInput =>
  new InvalidInput('If-Match is not a tag of ours', [
    { path: '/headers/if-match', message: 'must be `*` or an ETag that this API has sent' },
  ])

/**
 * The revision of `If-Match`, where a writer names one.
 *
 * @throws InvalidInput where the tag is none of ours
 */
export function seenIfSaid({
  'if-match': tag = '*',
}: Pick<RevisionHeaders, 'if-match'>): number | undefined {
  if (tag === '*') return undefined
  const [, digits] = REVISION_TAG.exec(tag) ?? []
  if (digits === undefined) throw notOurs()
  return Number(digits)
}

/** A conflict over a revision that the caller named is a failed precondition. */
export async function ifUnchanged<Value>(write: Promise<Value>): Promise<Value> {
  try {
    return await write
  } catch (error) {
    if (error instanceof Conflict) throw new HttpError('PRECONDITION_FAILED', error.message)
    throw error
  }
}
