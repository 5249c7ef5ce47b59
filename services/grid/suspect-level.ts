import type { CarbonSeries, CarbonSlot } from '../domain/carbon-series.ts'
import { NEVER_CLEAN_G, type Reference, type Suspicion } from './suspicion.ts'

/**
 * Bounds of what a grid can emit. The dirtiest national mixes of lignite reach 1,100 g/kWh over
 * their life and an oil turbine 1,300 g at the margin; imports can make a margin negative, never
 * by more than the plant they displace.
 */
const BOUNDS = {
  average: { lowestG: 0, highestG: 2000 },
  marginal: { lowestG: -1500, highestG: 3000 },
}
const POUNDS_PER_KILOGRAM = 2.20462
const SEAM_MS = 3 * 3_600_000
/** Seam and level both move by about the factor; an hour and a day of weather are let in. */
const SLIP_TOLERANCE = 0.35

/** Values no grid can have, and values in another unit than those known of the zone. */
export const suspectLevel = (
  series: CarbonSeries,
  reference: Reference | undefined,
): readonly Suspicion[] => [...outOfBounds(series), ...slippedUnits(series, reference)]

function outOfBounds({ slots, signal }: CarbonSeries): Suspicion[] {
  const { lowestG, highestG } = BOUNDS[signal]
  const wrong = slots.find(({ carbonGPerKwh: g }) => !(g >= lowestG && g <= highestG))
  if (!wrong) return []
  const at = new Date(wrong.startMs).toISOString()
  return [{ reason: 'absurd-level', detail: `${wrong.carbonGPerKwh} g/kWh at ${at}` }]
}

/**
 * Pounds for kilograms (2.2 either way) or kilograms for grams (1000 either way). A factor of a
 * hundred proves the second by itself; 2.2 happens to weather too, so there the jump has to sit at
 * the seam between measured and promised, and all of the series has to have moved with it.
 */
function slippedUnits({ slots, signal }: CarbonSeries, reference?: Reference): Suspicion[] {
  if (!reference || reference.medianG < NEVER_CLEAN_G || signal === 'marginal') return []
  const medianG = medianOf(slots)
  const level = medianG / reference.medianG
  const range = `median ${medianG} against ${reference.medianG} g/kWh`
  if (level > 100 || level < 0.01) {
    return medianG === 0 ? [] : [{ reason: 'unit-slip', detail: `${range}: grams and kilograms` }]
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

const medianOf = (slots: readonly CarbonSlot[]): number => {
  const values = slots.map(({ carbonGPerKwh }) => carbonGPerKwh as number).sort((a, b) => a - b)
  return values[values.length >> 1]!
}
