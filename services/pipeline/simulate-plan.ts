import type { PlanningProblem, PlanOutcome } from '../planning/index.ts'
import { type FrameSources, frameNow } from './frame-now.ts'

/** What is different from now. */
export interface WhatIf {
  readonly excludedRegions?: readonly string[]
  /** Multiplies all traffic. */
  readonly demandScale?: number
  /** Multiplies what buildings draw on top of IT power: PUE - 1. */
  readonly pueOverheadScale?: number
}

/** Plans a changed present and forgets it: nothing is stored, told or moved. */
export async function simulatePlan(
  sources: FrameSources,
  whatIf: WhatIf,
  solve: (problem: PlanningProblem) => Promise<PlanOutcome>,
): Promise<PlanOutcome> {
  const { problem } = await frameNow(sources)
  return solve(changed(problem, whatIf))
}

function changed(
  problem: PlanningProblem,
  { excludedRegions = [], demandScale = 1, pueOverheadScale = 1 }: WhatIf,
): PlanningProblem {
  const scaled = (rates: readonly number[]) => rates.map((rate) => rate * demandScale)
  const isLeft = (region: string) => !excludedRegions.includes(region)
  return {
    ...problem,
    regions: problem.regions
      .filter(({ id }) => isLeft(id))
      .map((region) => ({ ...region, pue: 1 + (region.pue - 1) * pueOverheadScale })),
    running: problem.running.filter(({ region }) => isLeft(region)),
    models: problem.models.map((model) => ({
      ...model,
      demand: model.demand.map((demand) => ({
        ...demand,
        tokensPerSecond: scaled(demand.tokensPerSecond),
        ...(demand.expectedTokensPerSecond && {
          expectedTokensPerSecond: scaled(demand.expectedTokensPerSecond),
        }),
        regions: demand.regions.filter(isLeft),
      })),
    })),
  }
}
