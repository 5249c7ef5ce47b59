import type { Window } from '../domain/window.ts'
import type { Demand } from '../fleet/index.ts'
import { localHours } from './local-hour.ts'
import type { Trace } from './read-trace.ts'

const WEEK_MS = 7 * 24 * 3_600_000

/**
 * The traffic itself, not what to be ready for: the rate in the middle of each window.
 *
 * A trace that repeats does so in whole weeks, as many as it holds; between samples, and over holes
 * in the recording, the rate goes in a straight line.
 *
 * @param trace what the demand's file holds; needed by kind `csv` alone
 * @returns output tokens/s per window
 */
export function recordedOverWindows(
  demand: Demand,
  windows: readonly Window[],
  trace?: Trace,
): Float64Array {
  const middles = windows.map(({ startMs, endMs }) => (startMs + endMs) / 2)
  if (demand.kind === 'constant') {
    return Float64Array.from(middles, () => demand.tokensPerSecond)
  }
  if (demand.kind === 'csv') return fromTrace(demand, middles, trace!)
  const localHour = localHours(demand.timezone)
  return Float64Array.from(middles, (atMs) => {
    const { hour, weekend } = localHour(atMs)
    return demand.tokensPerSecond[hour]! * (weekend ? demand.weekendScale : 1)
  })
}

function fromTrace(
  { scale, shiftHours, repeat }: Extract<Demand, { kind: 'csv' }>,
  middles: readonly number[],
  { samples, intervalMs }: Trace,
): Float64Array {
  const firstMs = samples[0]!.startMs
  const spanMs = samples.at(-1)!.startMs + intervalMs - firstMs
  const periodMs = Math.max(1, Math.round(spanMs / WEEK_MS)) * WEEK_MS
  const centres = samples.map(({ startMs }) => startMs + intervalMs / 2)
  const rates = samples.map(({ tokensPerSecond }) => tokensPerSecond)
  return Float64Array.from(middles, (middleMs) => {
    const unshiftedMs = middleMs - shiftHours * 3_600_000
    const inPeriodMs = (((unshiftedMs - firstMs) % periodMs) + periodMs) % periodMs
    const atMs = repeat === 'weekly' ? firstMs + inPeriodMs : unshiftedMs
    return scale * interpolated(centres, rates, atMs)
  })
}

/** Beyond both ends the nearest sample speaks. */
function interpolated(at: readonly number[], values: readonly number[], where: number): number {
  let low = 0
  let high = at.length - 1
  if (where <= at[low]!) return values[low]!
  if (where >= at[high]!) return values[high]!
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (at[middle]! <= where) low = middle
    else high = middle
  }
  const share = (where - at[low]!) / (at[high]! - at[low]!)
  return values[low]! + share * (values[high]! - values[low]!)
}
