import { InvalidInput } from './errors.ts'
import type { EpochMs, GCo2PerKwh } from './units.ts'

/** What one more, or the average, kWh emits. The two are never mixed in one computation. */
export type CarbonSignal = 'average' | 'marginal'
/** Which emissions are counted: whole life, at the stack, or the operator's own accounting. */
export type CarbonBasis = 'lifecycle' | 'direct' | 'operational'
/** How far a number can be trusted, best first. */
export const CARBON_QUALITIES = [
  'live',
  'cached',
  'forecast',
  'blended',
  'climatology',
  'annual',
  'blind',
] as const
export type CarbonQuality = (typeof CARBON_QUALITIES)[number]

/** What is counted. Series of different measures never meet in one computation. */
export interface Measure<
  S extends CarbonSignal = CarbonSignal,
  B extends CarbonBasis = CarbonBasis,
> {
  readonly signal: S
  readonly basis: B
}

/** One half-open interval [startMs, endMs) and its mean intensity. */
export interface CarbonSlot {
  readonly startMs: EpochMs
  readonly endMs: EpochMs
  readonly carbonGPerKwh: GCo2PerKwh
  /** 10 % and 90 % quantiles, where the source or our own blend gives them. */
  readonly lowGPerKwh?: GCo2PerKwh
  readonly highGPerKwh?: GCo2PerKwh
  /** Set where this slot's trust differs from the series'. */
  readonly quality?: CarbonQuality
  /** The provider calls this value an estimate. */
  readonly estimated?: boolean
}

/**
 * Carbon intensity of one zone over time, with everything needed to judge it.
 *
 * The type parameters keep signals and bases apart at compile time; `assertSameMeasure` does so at
 * run time.
 */
export interface CarbonSeries<
  S extends CarbonSignal = CarbonSignal,
  B extends CarbonBasis = CarbonBasis,
> extends Measure<S, B> {
  /** The zone key used in the fleet file (Electricity Maps' zone names), e.g. `DE`. */
  readonly zone: string
  /** The adapter or estimator that produced it, e.g. `watttime`, `climatology`, `blend`. */
  readonly source: string
  readonly issuedAtMs: EpochMs
  readonly quality: CarbonQuality
  /** Ordered, without overlap; contiguous unless a provider left a gap. */
  readonly slots: readonly CarbonSlot[]
}

/**
 * Refuses a series nobody should plan on: empty, unordered, overlapping, not finite, or negative
 * where the signal is not marginal.
 *
 * @returns the same series
 * @throws InvalidInput naming the slot
 */
export function assertCarbonSeries<Series extends CarbonSeries>(series: Series): Series {
  if (series.slots.length === 0) throw new InvalidInput(`${series.source}: series has no slots`)
  let previousEndMs = Number.NEGATIVE_INFINITY
  for (const [index, slot] of series.slots.entries()) {
    const problem = problemOf(slot, previousEndMs, series.signal)
    if (problem)
      throw new InvalidInput(`${series.source}: slot ${index} of ${series.zone} ${problem}`)
    previousEndMs = slot.endMs
  }
  return series
}

function problemOf(
  slot: CarbonSlot,
  previousEndMs: number,
  signal: CarbonSignal,
): string | undefined {
  if (!(slot.endMs > slot.startMs)) return 'ends before it starts'
  if (slot.startMs < previousEndMs) return 'overlaps the one before it'
  if (!Number.isFinite(slot.carbonGPerKwh)) return 'is not a number'
  if (signal !== 'marginal' && slot.carbonGPerKwh < 0) return 'is negative'
  return undefined
}

/** A measure, with a name for messages. */
export type Measured = Measure & { readonly source?: string }

export const sameMeasure = (a: Measure, b: Measure): boolean =>
  a.signal === b.signal && a.basis === b.basis

/**
 * Run-time twin of the type parameters: refuses to let two different measures meet.
 *
 * @throws InvalidInput naming both measures
 */
export function assertSameMeasure(a: Measured, b: Measured): void {
  if (!sameMeasure(a, b)) throw new InvalidInput(`cannot mix ${named(a)} with ${named(b)}`)
}

const named = ({ signal, basis, source }: Measured): string =>
  `${signal}/${basis}${source === undefined ? '' : ` of ${source}`}`
