import type { PlanningModel, PlanningProblem } from './problem.ts'

/**
 * By window, how much of the traffic that a model's replicas are to be ready for is expected to come.
 * Capacity is planned for all of it; load is priced by this share, and the rest is ready and idle.
 * Traffic stays split as it was planned, so every replica has the same share of its load.
 *
 * All is expected to come where nobody says otherwise, and of a model that has deferrable work: that
 * fills what its traffic leaves.
 */
export function comingShares(
  { windows, batch }: Pick<PlanningProblem, 'windows' | 'batch'>,
  { id, demand }: Pick<PlanningModel, 'id' | 'demand'>,
): Float64Array {
  const hasWork = batch.some(({ model }) => model === id)
  return Float64Array.from(windows, (_, t) => {
    let [ready, coming] = [0, 0]
    for (const { tokensPerSecond, expectedTokensPerSecond } of demand) {
      const rate = tokensPerSecond[t]!
      ready += rate
      coming += Math.min(rate, expectedTokensPerSecond?.[t] ?? rate)
    }
    return hasWork || coming >= ready ? 1 : coming / ready
  })
}

/** The same problem, with all traffic that replicas are to be ready for taken to come. */
export const allComing = (problem: PlanningProblem): PlanningProblem => ({
  ...problem,
  models: problem.models.map((model) => ({
    ...model,
    demand: model.demand.map(({ expectedTokensPerSecond: _, ...demand }) => demand),
  })),
})
