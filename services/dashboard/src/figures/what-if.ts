import type { Schemas } from '../../../client/index.ts'

type Model = Schemas['ModelList']['items'][number]

/** What differs from how it is. */
export interface WhatIf {
  readonly objective: Schemas['Policy']['objective']
  /** gCO2e that one dollar is worth. */
  readonly carbonGPerUsd: number
  /** Multiplies all traffic. */
  readonly demandScale: number
  /** Multiplies every latency promise; under 1 is tighter. */
  readonly sloScale: number
  /** Multiplies what buildings draw on top of IT power, PUE - 1. */
  readonly pueOverheadScale: number
  readonly excludedRegions: readonly string[]
}

export const asItIs = ({ objective, carbonGPerUsd }: Schemas['Policy']): WhatIf => ({
  objective,
  carbonGPerUsd,
  demandScale: 1,
  sloScale: 1,
  pueOverheadScale: 1,
  excludedRegions: [],
})

/**
 * The request that asks for it.
 *
 * @param policy the one in force: what is not asked about stays as it is there
 * @param horizonHours that of the plan it is compared with
 */
export function simulationOf(
  { objective, carbonGPerUsd, demandScale, sloScale, pueOverheadScale, excludedRegions }: WhatIf,
  policy: Schemas['Policy'],
  models: readonly Model[],
  horizonHours: number,
) {
  return {
    policy: { ...policy, objective, carbonGPerUsd },
    demandScale,
    pueOverheadScale,
    excludedRegions: [...excludedRegions],
    horizonHours,
    ...(sloScale !== 1 && {
      models: models.map(({ id, slo }) => ({
        id,
        change: {
          slo: { ttftP95Ms: slo.ttftP95Ms * sloScale, tpotP95Ms: slo.tpotP95Ms * sloScale },
        },
      })),
    }),
  }
}
