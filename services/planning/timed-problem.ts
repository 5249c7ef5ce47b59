import type { Block } from './block.ts'
import { allComing } from './coming-share.ts'
import type { PlanningProblem } from './problem.ts'

/**
 * A block's problem with its work as traffic like any other, at the rates it is timed for. All traffic
 * of a model with work is expected to come, as in the problem itself.
 */
export function timedProblem({ problem, batch }: Block): PlanningProblem {
  const ready = allComing(problem)
  const timed = new Map(batch.map(({ work, values }) => [work, values]))
  return {
    ...problem,
    batch: [],
    models: problem.models.map((model, m) => {
      const works = problem.batch.filter(({ id, model: of }) => of === model.id && timed.has(id))
      const traffic = works.map(({ id, regions }) => ({
        origin: id,
        tokensPerSecond: timed.get(id)!,
        regions,
      }))
      const demand = works.length > 0 ? ready.models[m]!.demand : model.demand
      return { ...model, demand: [...demand, ...traffic] }
    }),
  }
}
