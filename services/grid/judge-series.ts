import type { CarbonSeries, CarbonSlot } from '../domain/carbon-series.ts'

/** Why a series, or some of its slots, may not be planned on. */
export type QuarantineReason =
  | 'absurd-level'
  | 'zeros'
  | 'unit-slip'
  | 'frozen'
  | 'stale'
  | 'from-the-future'
  | 'holes'

export interface Suspicion {
  readonly reason: QuarantineReason
  readonly detail: string
}

export type Judgement =
  /** `series` has lost the slots that `suspicions` name. */
  | {
      readonly verdict: 'trusted'
      readonly series: CarbonSeries
      readonly suspicions: readonly Suspicion[]
    }
  | { readonly verdict: 'quarantined'; readonly suspicions: readonly Suspicion[] }

/** What is known of a zone without the series under judgement: recent values, or a climatology. */
export interface Reference {
  readonly lowestG: number
  readonly medianG: number
  readonly highestG: number
  /** The last trusted measurement, for the seam between it and a forecast. */
  readonly last?: { readonly endMs: number; readonly carbonGPerKwh: number } | undefined
}

export interface JudgementContext {
  readonly nowMs: number
  readonly reference?: Reference | undefined
  /** Forecasts older than this are stale. */
  readonly maxAgeMs?: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/**
 * Bounds of what a grid can emit. The dirtiest national mixes of lignite reach 1,100 g/kWh over
 * their life and an oil turbine 1,300 g at the margin; imports can make a margin negative, never
 * by more than the plant they displace.
 */
const BOUNDS = {
  average: { lowestG: 0, highestG: 2000 },
  marginal: { lowestG: -1500, highestG: 3000 },
}
const DEFAULT_MAX_AGE_MS = 36 * HOUR_MS
const CLOCK_SKEW_MS = 10 * 60_000
const FARTHEST_MS = 16 * DAY_MS
/** More than any record that is kept: a stamp in other units, or of another year. */
const FARTHEST_BACK_MS = 100 * DAY_MS
const ZERO_RUN_MS = 3 * HOUR_MS
const FROZEN_MS = 12 * HOUR_MS
/** A grid that never went below this does not emit exactly nothing. */
const NEVER_CLEAN_G = 5
const POUNDS_PER_KILOGRAM = 2.20462
const SEAM_MS = 3 * HOUR_MS
/** Seam and level both move by about the factor; an hour and a day of weather are let in. */
const SLIP_TOLERANCE = 0.35

/**
 * Decides whether a provider's series may be planned on.
 *
 * The reference makes the rules sharp: zeros are impossible only where history says so, a constant
 * value is odd only in a grid that varies, a level is a slipped unit only next to a known one.
 *
 * @returns the series without its impossible slots, or why none of it is trusted; every suspicion
 *   is named in either case
 */
export function judgeSeries(series: CarbonSeries, context: JudgementContext): Judgement {
  const fatal = [
    ...staleness(series, context),
    ...levels(series),
    ...slips(series, context.reference),
    ...frozen(series, context.reference),
  ]
  if (fatal.length > 0) return { verdict: 'quarantined', suspicions: fatal }
  const judgement = withoutZeros(series, context.reference)
  return { ...judgement, suspicions: [...judgement.suspicions, ...holes(series)] }
}

function staleness(series: CarbonSeries, context: JudgementContext): Suspicion[] {
  const { nowMs, maxAgeMs = DEFAULT_MAX_AGE_MS } = context
  const suspicions: Suspicion[] = []
  const say = (reason: QuarantineReason, detail: string) => suspicions.push({ reason, detail })
  const last = series.slots.at(-1)
  if (last === undefined) return [{ reason: 'holes', detail: 'it has no values' }]
  const ageMs = nowMs - series.issuedAtMs
  if (ageMs < -CLOCK_SKEW_MS) say('from-the-future', `issued ${hours(-ageMs)} h from now`)
  if (ageMs > maxAgeMs) say('stale', `issued ${hours(ageMs)} h ago`)
  const promised = series.quality === 'forecast' || series.quality === 'cached'
  if (promised && last.endMs <= nowMs) say('stale', `ended ${hours(nowMs - last.endMs)} h ago`)
  const backMs = nowMs - series.slots[0]!.startMs
  if (backMs > FARTHEST_BACK_MS) say('stale', `reaches ${hours(backMs)} h back`)
  if (last.endMs > nowMs + FARTHEST_MS) say('from-the-future', 'reaches more than 16 days ahead')
  if (series.quality === 'live' && last.startMs > nowMs + CLOCK_SKEW_MS) {
    say('from-the-future', 'measures what has not happened')
  }
  return suspicions
}

function levels({ slots, signal }: CarbonSeries): Suspicion[] {
  const { lowestG, highestG } = BOUNDS[signal]
  const wrong = slots.find(({ carbonGPerKwh: g }) => !(g >= lowestG && g <= highestG))
  return wrong
    ? [{ reason: 'absurd-level', detail: `${wrong.carbonGPerKwh} g/kWh at ${stamp(wrong)}` }]
    : []
}

/**
 * Pounds for kilograms (2.2 either way) or kilograms for grams (1000 either way). A factor of a
 * hundred proves the second by itself; 2.2 happens to weather too, so there the jump has to sit at
 * the seam between measured and promised, and all of the series has to have moved with it.
 */
function slips({ slots, signal }: CarbonSeries, reference?: Reference): Suspicion[] {
  if (!reference || reference.medianG < NEVER_CLEAN_G || signal === 'marginal') return []
  const level = median(slots) / reference.medianG
  const range = `median ${median(slots)} against ${reference.medianG} g/kWh`
  if (level > 100 || level < 0.01) {
    const zero = median(slots) === 0
    return zero ? [] : [{ reason: 'unit-slip', detail: `${range}: grams and kilograms` }]
  }
  const seam = seamJump(slots, reference)
  const slipped = [POUNDS_PER_KILOGRAM, 1 / POUNDS_PER_KILOGRAM].some(
    (factor) =>
      seam !== undefined &&
      Math.abs(seam / factor - 1) < SLIP_TOLERANCE &&
      Math.abs(level / factor - 1) < SLIP_TOLERANCE &&
      isOutside(slots, reference, factor),
  )
  return slipped ? [{ reason: 'unit-slip', detail: `${range}: pounds and kilograms` }] : []
}

function seamJump(slots: readonly CarbonSlot[], { last }: Reference): number | undefined {
  if (!last || last.carbonGPerKwh === 0) return undefined
  const first = slots.find(({ endMs }) => endMs > last.endMs)
  if (!first || first.startMs - last.endMs > SEAM_MS) return undefined
  return first.carbonGPerKwh / last.carbonGPerKwh
}

/** Does most of the series lie where the zone has not been, on the side the factor points to? */
function isOutside(slots: readonly CarbonSlot[], reference: Reference, factor: number): boolean {
  const beyond = slots.filter(({ carbonGPerKwh }) =>
    factor > 1 ? carbonGPerKwh > reference.highestG : carbonGPerKwh < reference.lowestG,
  )
  return beyond.length > slots.length / 2
}

function frozen({ slots }: CarbonSeries, reference?: Reference): Suspicion[] {
  const varies = reference && reference.highestG - reference.lowestG > 0.02 * reference.medianG
  if (!varies) return []
  const run = longestRun(slots, (a, b) => a.carbonGPerKwh === b.carbonGPerKwh)
  // Zeros have a rule of their own: a grid may well be clean for a day.
  if (run.durationMs < FROZEN_MS || run.first?.carbonGPerKwh === 0) return []
  return [
    {
      reason: 'frozen',
      detail: `${run.first!.carbonGPerKwh} g/kWh for ${hours(run.durationMs)} h`,
    },
  ]
}

/**
 * Names the first gap of a promise, as the hour that is missing where summer time begins. What lies
 * around it may be true; the hole itself is bridged or left to the next rung. History may have gaps:
 * much of it is a record of days.
 */
function holes({ slots, quality }: CarbonSeries): Suspicion[] {
  if (quality !== 'forecast') return []
  const index = slots.findIndex(({ startMs }, at) => at > 0 && startMs > slots[at - 1]!.endMs)
  if (index < 0) return []
  const [before, after] = [slots[index - 1]!, slots[index]!]
  const minutes = Math.round((after.startMs - before.endMs) / 60_000)
  const from = new Date(before.endMs).toISOString()
  return [{ reason: 'holes', detail: `nothing for ${minutes} min from ${from}` }]
}

/** Drops zeros where they cannot be; a long run of them condemns the whole series. */
function withoutZeros(series: CarbonSeries, reference?: Reference): Judgement {
  const possible =
    series.signal === 'marginal' ||
    (series.basis !== 'lifecycle' && (!reference || reference.lowestG < NEVER_CLEAN_G))
  const isZero = (slot: CarbonSlot) => slot.carbonGPerKwh === 0
  if (possible || !series.slots.some(isZero)) {
    return { verdict: 'trusted', series, suspicions: [] }
  }
  const run = longestRun(series.slots, (a, b) => isZero(a) && isZero(b), isZero)
  const kept = series.slots.filter((slot) => !isZero(slot))
  const detail = `exactly 0 g/kWh from ${stamp(run.first!)}, where that cannot be`
  const suspicions: Suspicion[] = [{ reason: 'zeros', detail }]
  return run.durationMs >= ZERO_RUN_MS || kept.length === 0
    ? { verdict: 'quarantined', suspicions }
    : { verdict: 'trusted', series: { ...series, slots: kept }, suspicions }
}

interface Run {
  readonly first: CarbonSlot | undefined
  readonly durationMs: number
}

function longestRun(
  slots: readonly CarbonSlot[],
  alike: (a: CarbonSlot, b: CarbonSlot) => boolean,
  counts: (slot: CarbonSlot) => boolean = () => true,
): Run {
  let best: Run = { first: undefined, durationMs: 0 }
  let first: CarbonSlot | undefined
  for (const [index, slot] of slots.entries()) {
    const before = slots[index - 1]
    const continues = first && before && alike(before, slot)
    if (!continues) first = counts(slot) ? slot : undefined
    const durationMs = first ? slot.endMs - first.startMs : 0
    if (durationMs > best.durationMs) best = { first, durationMs }
  }
  return best
}

const median = (slots: readonly CarbonSlot[]): number => {
  const values = slots.map(({ carbonGPerKwh }) => carbonGPerKwh as number).sort((a, b) => a - b)
  return values[values.length >> 1]!
}

const hours = (durationMs: number): number => Math.round(durationMs / HOUR_MS)
const stamp = ({ startMs }: CarbonSlot): string => new Date(startMs).toISOString()
