import { UpstreamUnavailable } from '../../domain/errors.ts'
import { within } from '../../platform/within.ts'

export interface Remembered<Value> {
  readonly value: Value
  /** The source is away; this is what it said last. */
  readonly stale: boolean
}

export interface Memory<Value> {
  /** What is remembered, where it is young enough: an answer that waits for nothing. */
  fresh(): Value | undefined
  /**
   * Asks the source, once for all who wait.
   *
   * @throws UpstreamUnavailable only where there never was an answer
   */
  ask(): Promise<Remembered<Value>>
}

/** Longer than a source that is well ever takes; whoever reads has patience for a little more. */
const PATIENCE_MS = 800

/**
 * Remembers what `read` said for `freshMs`; and goes on with it while the source is away or hangs, so
 * that a lost database does not take the current plan from its readers.
 *
 * @param read is told what it said last, to say it again where nothing changed
 */
export function remember<Value>(
  read: (last: Value | undefined) => Promise<Value>,
  freshMs: number,
  nowMs: () => number,
): Memory<Value> {
  let last: { value: Value; atMs: number } | undefined
  let asking: Promise<Remembered<Value>> | undefined

  async function readAnew(): Promise<Remembered<Value>> {
    try {
      const value = await read(last?.value)
      last = { value, atMs: nowMs() }
      return { value, stale: false }
    } finally {
      asking = undefined
    }
  }

  /** Where something is known, those who ask while the source hangs wait once, all together. */
  async function askOnce(): Promise<Remembered<Value>> {
    if (!last) return readAnew()
    try {
      return await within(PATIENCE_MS, 'store', readAnew())
    } catch (error) {
      if (error instanceof UpstreamUnavailable) return { value: last.value, stale: true }
      throw error
    }
  }

  return {
    fresh() {
      const ageMs = last ? nowMs() - last.atMs : Number.POSITIVE_INFINITY
      return ageMs >= 0 && ageMs < freshMs ? last?.value : undefined
    },
    ask() {
      asking ??= askOnce()
      return asking
    },
  }
}
