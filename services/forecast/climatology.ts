import shipped from '../../config/catalogue/climatology.json' with { type: 'json' }
import {
  type CarbonBasis,
  type CarbonSignal,
  type Measure,
  sameMeasure,
} from '../domain/carbon-series.ts'

/** Twelve months x 24 hours (UTC) of gCO2e/kWh. */
type MonthHours = readonly (readonly number[])[]

/** What a zone usually emits at a month and hour. */
export interface Climatology<
  S extends CarbonSignal = CarbonSignal,
  B extends CarbonBasis = CarbonBasis,
> extends Measure<S, B> {
  readonly source: string
  readonly meanG: MonthHours
  /** 10 %, 50 % and 90 % quantiles. */
  readonly lowG: MonthHours
  readonly medianG: MonthHours
  readonly highG: MonthHours
}

/** Mean and 10/50/90 % quantiles of one hour. */
export interface ClimateHour {
  readonly meanG: number
  readonly lowG: number
  readonly medianG: number
  readonly highG: number
}

const zones = shipped.zones as unknown as Readonly<Record<string, Climatology>>

/** Zones with a shipped climatology. */
export const climatologyZones = (): readonly string[] => Object.keys(zones)

/**
 * The climatology shipped for a zone, or undefined where there is none of this measure.
 *
 * @see infra/climatology/derive.mjs for its sources and licences
 */
export function climatologyOf<S extends CarbonSignal, B extends CarbonBasis>(
  zone: string,
  measure: Measure<S, B>,
): Climatology<S, B> | undefined {
  const found = zones[zone]
  return found && sameMeasure(found, measure) ? (found as Climatology<S, B>) : undefined
}

/** The mean of the hour that contains `atMs`, gCO2e/kWh: all that is wanted thousands of times. */
export function climateMeanG({ meanG }: Climatology, atMs: number): number {
  const at = new Date(atMs)
  return meanG[at.getUTCMonth()]![at.getUTCHours()]!
}

/** What a climatology says of the hour that contains `atMs`. */
export function climateAt(climatology: Climatology, atMs: number): ClimateHour {
  const at = new Date(atMs)
  const pick = (table: MonthHours): number => table[at.getUTCMonth()]![at.getUTCHours()]!
  return {
    meanG: pick(climatology.meanG),
    lowG: pick(climatology.lowG),
    medianG: pick(climatology.medianG),
    highG: pick(climatology.highG),
  }
}
