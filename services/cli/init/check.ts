import { InvalidInput } from '../../domain/errors.ts'
import { annualMeanOf, climatologyOf } from '../../forecast/index.ts'

const MEASURE = { signal: 'average', basis: 'lifecycle' } as const

/**
 * Zones of a comma-separated list.
 *
 * @throws InvalidInput where nothing is known of one of them
 */
export function zonesOf(text: string): readonly string[] {
  const zones = [...new Set(text.split(',').map((zone) => zone.trim()))].filter(Boolean)
  if (zones.length === 0) throw new InvalidInput('name a grid zone, e.g. DE or US-CAL-CISO')
  const unknown = zones.find(
    (zone) => !climatologyOf(zone, MEASURE) && !annualMeanOf(zone, MEASURE),
  )
  if (unknown) throw new InvalidInput(`nothing is known of the grid zone ${unknown}`)
  return zones
}

/** @throws InvalidInput */
export function positive(text: string, what: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= 1_000_000) return value
  throw new InvalidInput(`${what}: ${text || 'nothing'} is no whole number from 1 to 1000000`)
}
