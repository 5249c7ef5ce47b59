import type { CarbonSlot, Measure } from '../../domain/carbon-series.ts'
import { NotFound } from '../../domain/errors.ts'
import { epochMs, type GCo2PerKwh } from '../../domain/units.ts'
import { climateAt, climatologyOf } from '../../forecast/index.ts'
import type { GridProvider } from '../port.ts'

export interface ClimatologyOptions {
  readonly nowMs: () => number
  readonly measure?: Measure
  readonly horizonHours?: number
}

const HOUR_MS = 3_600_000
const DEFAULT_HORIZON_HOURS = 96

/**
 * What a zone usually emits at that month and hour. Needs no key and no network; says of itself
 * that it is no forecast (`quality: climatology`).
 */
export function climatology(options: ClimatologyOptions): GridProvider {
  const { nowMs, measure = { signal: 'average', basis: 'lifecycle' } } = options
  const name = 'climatology'

  return {
    name,
    ...measure,

    async forecast(zone) {
      const table = climatologyOf(zone, measure)
      if (!table) {
        throw new NotFound(`${name}: no ${measure.signal}/${measure.basis} table for ${zone}`)
      }
      const firstMs = Math.floor(nowMs() / HOUR_MS) * HOUR_MS
      const slotAt = (hour: number): CarbonSlot => {
        const startMs = firstMs + hour * HOUR_MS
        const { meanG, lowG, highG } = climateAt(table, startMs)
        return {
          startMs: epochMs(startMs),
          endMs: epochMs(startMs + HOUR_MS),
          carbonGPerKwh: meanG as GCo2PerKwh,
          lowGPerKwh: lowG as GCo2PerKwh,
          highGPerKwh: highG as GCo2PerKwh,
        }
      }
      return {
        zone,
        source: name,
        ...measure,
        issuedAtMs: epochMs(firstMs),
        quality: 'climatology',
        slots: Array.from({ length: options.horizonHours ?? DEFAULT_HORIZON_HOURS }, (_, hour) =>
          slotAt(hour),
        ),
      }
    },
  }
}
