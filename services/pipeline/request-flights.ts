import type { HeldLine, LineKey } from '../requests/index.ts'

/** Tries at requests that are under way in this process. */
export interface RequestFlights {
  /**
   * Begins a try.
   *
   * @param run must not reject
   * @param landed is called at its end, unless it was aborted
   */
  begin(line: HeldLine, run: (abort: AbortSignal) => Promise<unknown>, landed: () => void): void
  /** Aborts all of one batch. */
  abort(batch: string): void
  /** Aborts what is under way and not among the lines that `held` resolves to. */
  abortLost(held: () => Promise<readonly LineKey[]>): Promise<void>
  /** Aborts all, and waits for their ends. */
  close(): Promise<void>
}

interface Flight {
  readonly line: HeldLine
  readonly abort: AbortController
  readonly done: Promise<void>
}

const keyOf = ({ batch, number, attempt }: LineKey): string => `${batch}/${number}/${attempt}`

export function requestFlights(): RequestFlights {
  const flights = new Map<string, Flight>()
  return {
    begin(line, run, landed) {
      const abort = new AbortController()
      const key = keyOf(line)
      const done = run(abort.signal).then(() => {
        flights.delete(key)
        if (!abort.signal.aborted) landed()
      })
      flights.set(key, { line, abort, done })
    },
    abort(batch) {
      for (const { line, abort } of flights.values()) if (line.batch === batch) abort.abort()
    },
    async abortLost(held) {
      const before = [...flights]
      const kept = new Set((await held()).map(keyOf))
      for (const [key, { abort }] of before) if (!kept.has(key)) abort.abort()
    },
    async close() {
      for (const { abort } of flights.values()) abort.abort()
      await Promise.all([...flights.values()].map(({ done }) => done))
    },
  }
}
