import { secondsFromMs, signedSecondsFromMs } from '../domain/units.ts'
import type { JobQueue } from './port.ts'

export interface ClockPorts {
  readonly queue: Pick<JobQueue, 'serverTimeMs'>
  nowMs(): number
  /** Told once each time the clocks are found apart. */
  warn(message: string): void
  /** How far the server's clock is ahead of ours; negative where it is behind. */
  observe(aheadSeconds: number): void
}

const MOST_APART_MS = 2_000

/**
 * Compares the clock of the queue's server with ours. No job depends on it, but clocks that are apart
 * mean that one of them is wrong, and plans are made of hours.
 *
 * @returns a look, which resolves to words where the clocks are over 2 s apart for certain: by more
 *   than the half of its own way there and back, within which the server read its clock at any instant
 */
export function compareClocks({ queue, nowMs, warn, observe }: ClockPorts) {
  let apart = false
  return async (): Promise<string | undefined> => {
    const askedMs = nowMs()
    const serverMs = await queue.serverTimeMs()
    if (serverMs === undefined) return undefined
    const halfWayMs = (nowMs() - askedMs) / 2
    const aheadMs = serverMs - (askedMs + halfWayMs)
    observe(signedSecondsFromMs(aheadMs))
    const before = apart
    apart = Math.abs(aheadMs) - Math.abs(halfWayMs) > MOST_APART_MS
    if (!apart) return undefined
    const seconds = secondsFromMs(Math.abs(aheadMs)).toFixed(1)
    const side = aheadMs > 0 ? 'ahead of' : 'behind'
    const words = `the clock of the queue's server is ${seconds} s ${side} ours`
    if (!before) warn(words)
    return words
  }
}
