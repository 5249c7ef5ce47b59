import type { CarbonSeries, CarbonSlot } from '../domain/carbon-series.ts'
import { NEVER_CLEAN_G, type Reference, type Suspicion } from './suspicion.ts'

const HOUR_MS = 3_600_000
const ZERO_RUN_MS = 3 * HOUR_MS
const FROZEN_MS = 12 * HOUR_MS

/** One value for half a day, in a grid that varies. */
export function suspectFrozen(
  { slots }: CarbonSeries,
  reference: Reference | undefined,
): readonly Suspicion[] {
  const varies = reference && reference.highestG - reference.lowestG > 0.02 * reference.medianG
  if (!varies) return []
  const run = longestRun(slots, (a, b) => a.carbonGPerKwh === b.carbonGPerKwh)
  // Zeros have a rule of their own: a grid may well be clean for a day.
  if (run.durationMs < FROZEN_MS || run.first?.carbonGPerKwh === 0) return []
  const hours = Math.round(run.durationMs / HOUR_MS)
  return [{ reason: 'frozen', detail: `${run.first!.carbonGPerKwh} g/kWh for ${hours} h` }]
}

/**
 * Names the first gap of a promise, as the hour that is missing where summer time begins. What lies
 * around it may be true; the hole itself is bridged or left to the next rung. History may have gaps:
 * much of it is a record of days.
 */
export function suspectHoles({ slots, quality }: CarbonSeries): readonly Suspicion[] {
  if (quality !== 'forecast') return []
  const index = slots.findIndex(({ startMs }, at) => at > 0 && startMs > slots[at - 1]!.endMs)
  if (index < 0) return []
  const [before, after] = [slots[index - 1]!, slots[index]!]
  const minutes = Math.round((after.startMs - before.endMs) / 60_000)
  const from = new Date(before.endMs).toISOString()
  return [{ reason: 'holes', detail: `nothing for ${minutes} min from ${from}` }]
}

/** A series without the zeros that cannot be. */
export interface WithoutZeros {
  readonly slots: readonly CarbonSlot[]
  readonly suspicions: readonly Suspicion[]
  /** So long a run, or so much of it, that nothing of the series is to be believed. */
  readonly fatal: boolean
}

/** Drops zeros where they cannot be; a long run of them condemns the whole series. */
export function withoutZeros(series: CarbonSeries, reference: Reference | undefined): WithoutZeros {
  const { slots, signal, basis } = series
  const possible =
    signal === 'marginal' ||
    (basis !== 'lifecycle' && (!reference || reference.lowestG < NEVER_CLEAN_G))
  if (possible || !slots.some(isZero)) return { slots, suspicions: [], fatal: false }
  const run = longestRun(slots, (a, b) => isZero(a) && isZero(b), isZero)
  const kept = slots.filter((slot) => !isZero(slot))
  const from = new Date(run.first!.startMs).toISOString()
  return {
    slots: kept,
    suspicions: [{ reason: 'zeros', detail: `exactly 0 g/kWh from ${from}, where that cannot be` }],
    fatal: run.durationMs >= ZERO_RUN_MS || kept.length === 0,
  }
}

const isZero = (slot: CarbonSlot): boolean => slot.carbonGPerKwh === 0

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
