import {
  assertCarbonSeries,
  type CarbonBasis,
  type CarbonQuality,
  type CarbonSeries,
  type CarbonSignal,
  type CarbonSlot,
} from '../domain/carbon-series.ts'
import { InvalidInput, UpstreamMalformed } from '../domain/errors.ts'
import { epochMs, type GCo2PerKwh } from '../domain/units.ts'

/** One value of a provider, valid from `startMs` on. */
export interface Point {
  readonly startMs: number
  readonly carbonGPerKwh: number
  readonly estimated?: boolean
}

export interface SeriesHead {
  readonly zone: string
  readonly source: string
  readonly signal: CarbonSignal
  readonly basis: CarbonBasis
  readonly issuedAtMs: number
  readonly quality: CarbonQuality
}

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
/** The longest step any provider publishes. */
const LONGEST_PERIOD_MS = 24 * HOUR_MS

/**
 * Builds a checked series from a provider's points.
 *
 * Points are sorted, and one that says again what its predecessor said is dropped: providers repeat
 * the hour in which summer time ends. Two values for one instant are a contradiction.
 *
 * @param periodMs length of each slot; the smallest step between points where the provider does
 *   not say it (never the first: a gap there would stretch every slot)
 * @throws UpstreamMalformed when the points are no series
 */
export function seriesFrom(
  head: SeriesHead,
  points: readonly Point[],
  periodMs: number = smallestStep(points),
): CarbonSeries {
  try {
    return assertCarbonSeries({
      ...head,
      issuedAtMs: epochMs(head.issuedAtMs),
      slots: distinct(points).map((point) => slotOf(point, periodMs)),
    })
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    throw new UpstreamMalformed(error.message, { upstream: head.source })
  }
}

function slotOf(point: Point, periodMs: number): CarbonSlot {
  return {
    startMs: epochMs(point.startMs),
    endMs: epochMs(point.startMs + periodMs),
    carbonGPerKwh: point.carbonGPerKwh as GCo2PerKwh, // judged by assertCarbonSeries
    ...(point.estimated !== undefined && { estimated: point.estimated }),
  }
}

function distinct(points: readonly Point[]): readonly Point[] {
  const sorted = [...points].sort((a, b) => a.startMs - b.startMs)
  return sorted.filter((point, index) => {
    const before = sorted[index - 1]
    return before?.startMs !== point.startMs || before.carbonGPerKwh !== point.carbonGPerKwh
  })
}

function smallestStep(points: readonly Point[]): number {
  const starts = points.map((point) => point.startMs).sort((a, b) => a - b)
  const steps = starts.slice(1).map((startMs, index) => startMs - starts[index]!)
  const smallest = steps
    .filter((step) => step >= MINUTE_MS)
    .reduce((a, b) => Math.min(a, b), Infinity)
  return smallest > LONGEST_PERIOD_MS ? HOUR_MS : smallest
}
