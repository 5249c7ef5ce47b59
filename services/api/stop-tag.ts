import { hash } from 'node:crypto'
import type { StillStopped } from './ports.ts'
import type { StopView } from './schemas/stop.ts'

/** Names what the switch says, so that it is the same wherever it was read. */
export const stopTag = ({ stopped, why = '' }: StopView): string =>
  `"${hash('sha256', JSON.stringify([stopped, why]), 'hex').slice(0, 16)}"`

/**
 * Whether the switch still is as the caller has seen it. Whoever says nothing of that is obeyed: a
 * stop must never fail for want of a header.
 *
 * @param seen `If-Match`
 */
export const stillAsSeen = (seen: string | undefined): StillStopped | undefined =>
  seen === undefined || seen === '*' ? undefined : (now) => stopTag(now) === seen
