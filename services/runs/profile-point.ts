import { secondsFromMs } from '../domain/units.ts'
/** One token or request event of a load, ms on one clock. */
export interface LoadEvents {
  /** Arrival of every token. */
  readonly tokensAtMs: number[]
  /** Gap before a token and when it arrived. */
  readonly gaps: { readonly atMs: number; readonly gapMs: number }[]
  readonly firstTokens: { readonly atMs: number; readonly ttftMs: number }[]
  /** +1 and -1 as requests start and end. */
  readonly inFlight: { readonly atMs: number; readonly change: 1 | -1 }[]
}

export const noEvents = (): LoadEvents => ({
  tokensAtMs: [],
  gaps: [],
  firstTokens: [],
  inFlight: [],
})

export interface PointMeasured {
  readonly tokensPerSecond: number
  readonly batch: number
  readonly itlMs: number
  readonly itlP95Ms: number
  readonly ttftMs: number
}

const STEADY_WINDOWS = 3
const STEADY_SPREAD = 0.1

/** Has throughput settled: the last three windows within 10 % of their mean? */
export function isSteady(tokensAtMs: readonly number[], nowMs: number, windowMs: number): boolean {
  const counts = Array.from(
    { length: STEADY_WINDOWS },
    (_, i) =>
      tokensAtMs.filter((at) => at >= nowMs - (i + 1) * windowMs && at < nowMs - i * windowMs)
        .length,
  )
  const mean = counts.reduce((sum, count) => sum + count, 0) / STEADY_WINDOWS
  return mean > 0 && counts.every((count) => Math.abs(count / mean - 1) <= STEADY_SPREAD)
}

/**
 * What a load did within exactly [startMs, endMs): tokens/s, mean requests in flight, gaps, TTFT.
 *
 * @returns undefined where no token gap or no first token fell into the window
 */
export function measureWindow(
  events: LoadEvents,
  startMs: number,
  endMs: number,
): PointMeasured | undefined {
  const within = ({ atMs }: { readonly atMs: number }) => atMs >= startMs && atMs < endMs
  const gaps = events.gaps.filter(within).map(({ gapMs }) => gapMs)
  const first = events.firstTokens.filter(within).map(({ ttftMs }) => ttftMs)
  if (gaps.length === 0) return undefined
  const tokens = events.tokensAtMs.filter((atMs) => within({ atMs })).length
  return {
    tokensPerSecond: tokens / secondsFromMs(endMs - startMs),
    batch: meanInFlight(events, startMs, endMs),
    itlMs: quantile(gaps, 0.5),
    itlP95Ms: quantile(gaps, 0.95),
    ttftMs: first.length > 0 ? quantile(first, 0.5) : quantile(gaps, 0.5),
  }
}

function meanInFlight({ inFlight }: LoadEvents, startMs: number, endMs: number): number {
  let area = 0
  for (const { atMs, change } of inFlight) {
    area += change * (endMs - Math.min(endMs, Math.max(startMs, atMs)))
  }
  return area / (endMs - startMs)
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
}
