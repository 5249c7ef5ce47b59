import { hash } from 'node:crypto'
import { HttpError } from './http-error.ts'
import type { StopControl } from './ports.ts'
import type { StopView } from './schemas/stop.ts'

/** Names what the switch says, so that it is the same wherever it was read. */
export const stopTag = ({ stopped, why = '' }: StopView): string =>
  `"${hash('sha256', JSON.stringify([stopped, why]), 'hex').slice(0, 16)}"`

/**
 * Throws the switch if it still is as the caller has seen it. Whoever says nothing of that is obeyed:
 * a stop must never fail for want of a header.
 *
 * @param seen `If-Match`
 * @throws HttpError 412 where somebody has thrown it meanwhile
 */
export async function ifStillSo(
  stop: StopControl,
  seen: string | undefined,
  change: () => Promise<StopView>,
): Promise<StopView> {
  if (seen !== undefined && seen !== stopTag(await stop.read())) {
    throw new HttpError('PRECONDITION_FAILED', 'the switch was thrown meanwhile; look again')
  }
  return change()
}
