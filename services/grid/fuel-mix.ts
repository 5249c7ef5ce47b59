import factors from '../../config/catalogue/fuel-factors.json' with { type: 'json' }
import type { Point } from './series-from.ts'

/** Fuels as both mixes are read; every one has a factor. */
export type Fuel = keyof typeof factors.lifecycleGPerKwh

/** Energy made from one fuel in one slot. */
export interface Generation {
  readonly startMs: number
  readonly fuel: Fuel
  readonly mwh: number
}

/** Less than this share of the usual number of fuels in a slot, and the mix is incomplete. */
const LEAST_FUELS_SHARE = 0.6

/**
 * Intensity of what is generated inside a zone: energy-weighted mean of the fuels' lifecycle
 * factors (medians of IPCC AR5 WG3 Annex III; imports are not traced).
 *
 * Slots that lack most of the fuels other slots have are left out: a plant class that has not
 * reported yet would make a dirty hour look clean. Negative generation (pumping) counts nothing.
 */
export function intensityOfMix(generation: readonly Generation[]): readonly Point[] {
  const slots = new Map<number, Generation[]>()
  for (const each of generation) {
    const slot = slots.get(each.startMs)
    if (slot) slot.push(each)
    else slots.set(each.startMs, [each])
  }
  const most = Math.max(0, ...[...slots.values()].map((slot) => slot.length))
  return [...slots].flatMap(([startMs, slot]) => {
    const mwh = slot.reduce((sum, each) => sum + Math.max(0, each.mwh), 0)
    if (slot.length < LEAST_FUELS_SHARE * most || mwh <= 0) return []
    const kg = slot.reduce(
      (sum, each) => sum + Math.max(0, each.mwh) * factors.lifecycleGPerKwh[each.fuel],
      0,
    )
    return { startMs, carbonGPerKwh: kg / mwh, estimated: true }
  })
}
