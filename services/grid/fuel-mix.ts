import factors from '../../config/catalogue/fuel-factors.json' with { type: 'json' }
import { NotFound } from '../domain/errors.ts'
import type { GridProvider } from './port.ts'
import { type Point, seriesFrom } from './series-from.ts'
import { providerZone } from './zones.ts'

/** Fuels as both mixes are read; every one has a factor. */
export type Fuel = keyof typeof factors.lifecycleGPerKwh

/** Energy made from one fuel in one slot. */
export interface Generation {
  readonly startMs: number
  readonly fuel: Fuel
  readonly mwh: number
}

export interface MixSource {
  readonly name: string
  /** What the source calls zones, before the catalogue's names. */
  readonly zones?: Readonly<Record<string, string>> | undefined
  /** Everything made in `area` in [fromMs, toMs), in steps of an hour or less. */
  generation(
    area: string,
    fromMs: number,
    toMs: number,
    abort?: AbortSignal,
  ): Promise<readonly Generation[]>
}

const HOUR_MS = 3_600_000
const MEASURE = { signal: 'average', basis: 'lifecycle' } as const

/** A source of generation by fuel, as a provider of intensity: hourly, history only. */
export function mixProvider({ name, zones, generation }: MixSource): GridProvider {
  return {
    name,
    ...MEASURE,

    async forecast(zone) {
      providerZone(name, zone, zones)
      throw new NotFound(`${name}: generation has no forecast`)
    },

    async history(zone, fromMs, toMs, abort) {
      const made = await generation(providerZone(name, zone, zones), fromMs, toMs, abort)
      const inside = intensityOfMix(hourly(made)).filter(
        ({ startMs }) => startMs >= fromMs && startMs < toMs,
      )
      const head = { zone, source: name, ...MEASURE, issuedAtMs: toMs, quality: 'live' } as const
      return seriesFrom(head, inside, HOUR_MS)
    },
  }
}

/** Quarter hours of some fuels and hours of others meet on the hour. */
function hourly(generation: readonly Generation[]): readonly Generation[] {
  const sums = new Map<string, Generation>()
  for (const { startMs, fuel, mwh } of generation) {
    const hourMs = Math.floor(startMs / HOUR_MS) * HOUR_MS
    const key = `${hourMs}|${fuel}`
    sums.set(key, { startMs: hourMs, fuel, mwh: (sums.get(key)?.mwh ?? 0) + mwh })
  }
  return [...sums.values()]
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
function intensityOfMix(generation: readonly Generation[]): readonly Point[] {
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
