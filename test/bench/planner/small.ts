import { horizonModel } from '../../../services/planning/horizon-model.ts'
import {
  coordinate,
  type LinearAnswer,
  type LinearSolver,
  mergeBlocks,
  type PlanningProblem,
  type PlanOutcome,
  solveBlock,
  verifyPlan,
} from '../../../services/planning/index.ts'
import { compileInstance } from '../../../services/planning/instance.ts'
import { random } from '../../../services/planning/random.ts'
import { generateProblem } from './instances.ts'

/** HiGHS may take so long for each; where it proves nothing, its bound still counts. */
const SECONDS = 1
const RELATIVE_GAP = 1e-3
const TOLERANCE = 1e-6

export interface SmallInstances {
  readonly count: number
  readonly seconds: number
  /** HiGHS found a plan, or proved that there is none; and closed its gap. */
  readonly feasible: number
  readonly infeasible: number
  readonly closed: number
  /** Where blocks led to no plan, and branch and bound settled it. */
  readonly settled: number
  /** Instances that break a promise of the planner; each must be 0. */
  readonly missedFeasible: number
  readonly refusedByChecker: number
  readonly boundAboveBest: number
  readonly valueBelowHighsBound: number
  /** Ours above HiGHS's value on those it closed, mean and worst, percent. */
  readonly meanAbovePct: number
  readonly worstAbovePct: number
}

/** One to three regions, a few windows, models and variants, and few GPUs, so that many are tight. */
function smallProblem(seed: number): PlanningProblem {
  const dice = random(seed)
  const upTo = (least: number, most: number) => least + Math.floor(dice() * (most - least + 1))
  return generateProblem({
    regions: upTo(1, 3),
    windows: upTo(3, 6),
    models: upTo(1, 3),
    variants: upTo(3, 5),
    seed,
    gpusPerRegion: upTo(40, 240),
  })
}

/** As large fleets are planned: problems of this size would otherwise go to HiGHS as a whole. */
function planInBlocks(problem: PlanningProblem, solver: LinearSolver): PlanOutcome {
  const blocks = coordinate(problem, solver, { wholeLimit: 0 })
  const solutions = blocks.map((block) => solveBlock(block, solver))
  return mergeBlocks(problem, blocks, solutions, solver)
}

/** Plans random small instances by ourselves and by HiGHS, and counts what does not agree. */
export function compareSmall(
  firstSeed: number,
  count: number,
  solver: LinearSolver,
): SmallInstances {
  const from = performance.now()
  const tally = {
    feasible: 0,
    infeasible: 0,
    closed: 0,
    settled: 0,
    missedFeasible: 0,
    refusedByChecker: 0,
    boundAboveBest: 0,
    valueBelowHighsBound: 0,
  }
  const above: number[] = []
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const problem = smallProblem(seed)
    const instance = compileInstance(problem)
    const { linear } = horizonModel(instance, { whole: true })
    const exact = solver.solve(linear, { timeLimitSeconds: SECONDS, relativeGap: RELATIVE_GAP })
    if (exact.status === 'infeasible') tally.infeasible++
    if (exact.status === 'optimal' || exact.status === 'feasible') tally.feasible++
    if (exact.status === 'optimal') tally.closed++
    const outcome = planInBlocks(problem, solver)
    compareOne(problem, outcome, exact, instance.constant, tally, above)
  }
  return {
    count,
    seconds: (performance.now() - from) / 1000,
    ...tally,
    meanAbovePct: above.reduce((a, b) => a + b, 0) / Math.max(1, above.length),
    worstAbovePct: above.reduce((a, b) => Math.max(a, b), 0),
  }
}

function compareOne(
  problem: PlanningProblem,
  outcome: PlanOutcome,
  exact: LinearAnswer,
  constant: number,
  tally: Record<
    'settled' | 'missedFeasible' | 'refusedByChecker' | 'boundAboveBest' | 'valueBelowHighsBound',
    number
  >,
  above: number[],
): void {
  const best = exact.value + constant
  if (outcome.status === 'infeasible') {
    if (Number.isFinite(exact.value)) tally.missedFeasible++
    return
  }
  const { value, bound } = outcome.plan.objective
  if (outcome.plan.bound.kind === 'branch and bound') tally.settled++
  if (!verifyPlan(problem, outcome.plan).ok) tally.refusedByChecker++
  if (bound > best * (1 + TOLERANCE)) tally.boundAboveBest++
  if (value < (exact.bound + constant) * (1 - TOLERANCE)) tally.valueBelowHighsBound++
  if (exact.status === 'optimal') above.push(100 * (value / best - 1))
}
