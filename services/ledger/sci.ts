import type { LedgerSum } from './ledger-day.ts'

/** A software carbon intensity with all that its standard asks to be said beside it. */
export interface Sci {
  /** gCO2e per functional unit; absent where nothing was served. */
  readonly scoreG?: number
  readonly functionalUnit: string
  readonly units: number
  readonly energyKwh: number
  readonly carbonG: number
  readonly embodied: 'counted' | 'left out'
  readonly boundary: string
  readonly method: string
}

const TOKENS_PER_UNIT = 1_000_000

/**
 * SCI = (E * I + M) / R of ISO/IEC 21031:2024, per million output tokens, as the SCI for AI asks of
 * those who serve a model ("consumer" boundary). E is the energy of every GPU that was provisioned,
 * idle ones included; I is the average intensity of the grid zone; market measures do not count.
 *
 * @see https://github.com/Green-Software-Foundation/sci
 */
export function sciOf({ planned, tokens }: LedgerSum, embodiedCounted: boolean): Sci {
  const units = tokens / TOKENS_PER_UNIT
  return {
    ...(units > 0 && { scoreG: planned.carbonG / units }),
    functionalUnit: 'one million output tokens',
    units,
    energyKwh: planned.energyKwh,
    carbonG: planned.carbonG,
    embodied: embodiedCounted ? 'counted' : 'left out',
    boundary: 'inference servers with their PUE; network, gateways and storage are not in it',
    method: 'ISO/IEC 21031:2024, location based; energy by the fitted models, load as planned',
  }
}
