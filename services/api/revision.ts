import { Conflict, InvalidInput } from '../domain/errors.ts'
import { HttpError } from './http-error.ts'
import type { SeenRevision } from './ports.ts'

export const revisionTag = (revision: number): string => `"r${revision}"`

export interface RevisionHeaders {
  readonly 'if-match'?: string
  readonly 'if-none-match'?: '*'
}

/**
 * What a writer says it has seen. It has to say something: a blind write would undo what somebody
 * else did a moment ago.
 *
 * @throws HttpError 428 where it says nothing, InvalidInput where the tag is none of ours
 */
export function seenRevision(headers: RevisionHeaders): SeenRevision {
  const tag = headers['if-match']
  if (tag === undefined) {
    if (headers['if-none-match'] === '*') return 'none'
    throw new HttpError(
      'PRECONDITION_REQUIRED',
      'send `If-Match` with the ETag you read, or `If-None-Match: *` for something new',
    )
  }
  const [, digits] = /^"r(\d{1,15})"$/.exec(tag) ?? []
  if (digits !== undefined) return Number(digits)
  throw new InvalidInput('If-Match is not a tag of ours', [
    { path: '/headers/if-match', message: 'must be an ETag that this API has sent, such as "r3"' },
  ])
}

/**
 * The revision of `If-Match`, where a writer sends one.
 *
 * @throws InvalidInput where the tag is none of ours
 */
export const seenIfSaid = (headers: Pick<RevisionHeaders, 'if-match'>): number | undefined =>
  headers['if-match'] === undefined ? undefined : (seenRevision(headers) as number)

/** A conflict over a revision that the caller named is a failed precondition. */
export async function ifUnchanged<Value>(write: Promise<Value>): Promise<Value> {
  try {
    return await write
  } catch (error) {
    if (error instanceof Conflict) throw new HttpError('PRECONDITION_FAILED', error.message)
    throw error
  }
}
