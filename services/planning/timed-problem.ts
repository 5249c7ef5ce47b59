import type { Block } from './block.ts'
import type { PlanningProblem } from './problem.ts'

/** A block's problem with its work as traffic like any other, at the rates it is timed for. */
export function timedProblem({ problem, batch }: Block): PlanningProblem {
  const timed = new Map(batch.map(({ work, values }) => [work, values]))
  return {
    ...problem,
    batch: [],
    models: problem.models.map((model) => {
      const works = problem.batch.filter(({ id, model: of }) => of === model.id && timed.has(id))
      const traffic = works.map(({ id, regions }) => ({
        origin: id,
        tokensPerSecond: timed.get(id)!,
        regions,
      }))
      return { ...model, demand: [...model.demand, ...traffic] }
    }),
  }
}
