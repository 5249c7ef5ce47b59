import { UpstreamUnavailable } from '../../domain/errors.ts'

export interface Remembered<Value> {
  readonly value: Value
  /** The source is away; this is what it said last. */
  readonly stale: boolean
}

/**
 * Asks `read` at most once every `freshMs`, however many ask; and goes on with the last answer while
 * the source is away, so that a lost database does not take the current plan from its readers.
 *
 * @throws UpstreamUnavailable only where there never was an answer
 */
export function remember<Value>(read: () => Promise<Value>, freshMs: number, nowMs: () => number) {
  let last: { value: Value; atMs: number } | undefined
  let asking: Promise<Remembered<Value>> | undefined

  async function ask(): Promise<Remembered<Value>> {
    try {
      const value = await read()
      last = { value, atMs: nowMs() }
      return { value, stale: false }
    } catch (error) {
      if (last && error instanceof UpstreamUnavailable) return { value: last.value, stale: true }
      throw error
    } finally {
      asking = undefined
    }
  }

  return async (): Promise<Remembered<Value>> => {
    const age = last ? nowMs() - last.atMs : Number.POSITIVE_INFINITY
    if (last && age >= 0 && age < freshMs) return { value: last.value, stale: false }
    asking ??= ask()
    return asking
  }
}
