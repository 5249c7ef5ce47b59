import { inputsOf } from '../../../services/planning/cut-blocks.ts'
import type { Plan, PlanningProblem } from '../../../services/planning/index.ts'

/** All windows but the last as a problem of their own. */
export const beforeRolling = (whole: PlanningProblem): PlanningProblem =>
  inputsOf(whole, [0, whole.windows.length - 1])

/**
 * The problem one window later: what the plan had running in its first window runs, and of the work
 * what it did there is done.
 *
 * @param plan of `beforeRolling(whole)`, carried out
 */
export function rolledOn(whole: PlanningProblem, plan: Plan): PlanningProblem {
  const { policy, batch, ...rest } = inputsOf(whole, [1, whole.windows.length])
  const { startMs, endMs } = whole.windows[0]!
  const done = (id: string) =>
    plan.batch
      .filter(({ window, work }) => window === 0 && work === id)
      .reduce((sum, { tokensPerSecond }) => sum + (tokensPerSecond * (endMs - startMs)) / 1000, 0)
  return {
    ...rest,
    policy: { ...policy, freeFirstStarts: false },
    batch: batch
      .map((work) => ({ ...work, tokens: work.tokens - done(work.id) }))
      .filter(({ tokens }) => tokens > 0),
    running: plan.assignments
      .filter(({ window }) => window === 0)
      .map(({ region, model, pointId, replicas }) => ({ region, model, pointId, replicas })),
  }
}
