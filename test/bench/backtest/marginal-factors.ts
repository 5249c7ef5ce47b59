import type { GridRecord } from '../../../services/backtest/index.ts'
import type { Fleet } from '../../../services/fleet/index.ts'

/** Names of the balancing areas in the table. */
const AREA_OF: Readonly<Record<string, string>> = {
  'US-CAL-CISO': 'CISO',
  'US-MIDA-PJM': 'PJM',
  'US-TEX-ERCO': 'ERCO',
  'US-NW-BPAT': 'BPAT',
}

/** By balancing area: gCO2e of one more kWh, by hour of the day (UTC). */
export type MarginalFactors = ReadonlyMap<string, readonly number[]>

/**
 * Reads the regression of changes in emissions on changes in generation, second half of 2021 (after
 * Hawkes 2010). It leaves out imports and falls below zero in some hours: a sensitivity, no record.
 */
export function marginalFactors(text: string): MarginalFactors {
  const [head, ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.split(','))
  return new Map(head!.map((area, column) => [area, rows.map((row) => Number(row[column]))]))
}

/** A record with these factors as its marginal signal. */
export function withMarginal(
  record: GridRecord,
  { regions }: Fleet,
  factors: MarginalFactors,
): GridRecord {
  const hourOf = (window: number) =>
    new Date(record.startMs + window * record.windowSeconds * 1000).getUTCHours()
  return {
    ...record,
    marginal: regions.map(({ zone }) => {
      const byHour = factors.get(AREA_OF[zone] ?? zone)!
      return Float64Array.from({ length: record.windowCount }, (_, w) => byHour[hourOf(w)]!)
    }),
  }
}
