import { assemble } from './assemble-plan.ts'
import { addBatch, addReplicas, type Draft, emptyDraft } from './draft.ts'
import { insertReplicas } from './insert-replicas.ts'
import { compileInstance } from './instance.ts'
import { binOf } from './join-blocks.ts'
import type { Assignment, ChangeGain, Plan, PlanChange } from './plan.ts'
import { replicaSeries } from './plan-series.ts'
import type { PlanningProblem } from './problem.ts'
import { newSearch } from './search.ts'
import { takeOver } from './take-over.ts'
import { verifyPlan } from './verify-plan.ts'
import { worthChanging } from './worth-changing.ts'
import { writePlan } from './write-plan.ts'

/**
 * Hysteresis: a schedule in force goes on unless the new one is sure to save more than the change
 * takes. It is kept as far as it reaches, with what replicas its traffic needs by now; beyond, it
 * goes on as the new one does. Both are compared over the windows that both have.
 *
 * A schedule that does not keep every promise of the new problem is not kept. The proven bound is of
 * the problem, so it stands for either.
 */
export function holdUnlessWorth(problem: PlanningProblem, inForce: Plan, candidate: Plan): Plan {
  const common = commonWindows(problem, inForce)
  if (common === 0) return candidate
  const kept = goOn(problem, inForce, candidate, common)
  if (!kept) return { ...candidate, change: { isKept: false, words: FORCED } }
  const shared = ({ assignments }: Plan): Assignment[] =>
    assignments.filter(({ window }) => window < common)
  const gain = worthChanging(problem, shared(kept), shared(candidate))
  const isKept = !(gain.atLeast > gain.switchingCost)
  const change: PlanChange = {
    isKept,
    gain,
    words: wordsOf(gain, isKept, candidate.objective.unit),
  }
  return { ...(isKept ? kept : candidate), change }
}

const FORCED = 'Had to change: the plan in force does not keep every promise any more.'

/** How many windows from the first on the plan in force has too. */
function commonWindows({ windows }: PlanningProblem, inForce: Plan): number {
  const endOf = new Map(inForce.windows.map(({ startMs, endMs }) => [startMs, endMs]))
  const first = windows.findIndex(({ startMs, endMs }) => endOf.get(startMs) !== endMs)
  return first < 0 ? windows.length : first
}

/** The schedule in force as a plan of this problem; undefined where it breaks a promise. */
function goOn(
  problem: PlanningProblem,
  inForce: Plan,
  candidate: Plan,
  common: number,
): Plan | undefined {
  const draft = emptyDraft(compileInstance(problem))
  const from = inForce.windows.findIndex(({ startMs }) => startMs === problem.windows[0]!.startMs)
  const isPlaced =
    place(draft, inForce, [from, from + common], 0) &&
    place(draft, candidate, [common, problem.windows.length], common)
  if (!isPlaced) return undefined
  for (const { work, window, tokensPerSecond } of candidate.batch) {
    const j = problem.batch.findIndex(({ id }) => id === work)
    addBatch(draft, j, window, tokensPerSecond)
  }
  addMissing(draft)
  const { objective, bound, binding } = candidate
  const proven = { value: objective.bound, kind: bound.kind }
  const plan = writePlan(problem, assemble(draft), proven, binding)
  return verifyPlan(problem, plan).ok ? plan : undefined
}

/** @returns false where a variant of it is no more */
function place(draft: Draft, plan: Plan, span: readonly [number, number], at: number): boolean {
  for (const series of replicaSeries(plan.assignments, span)) {
    const [m, b] = binOf(draft, series)
    if (b < 0) return false
    for (const [i, count] of series.values.entries()) {
      if (at + i > draft.frozenUntil) addReplicas(draft, m, at + i, b, count)
    }
  }
  return true
}

function addMissing(draft: Draft): void {
  const { models, pools, windowCount, problem } = draft.instance
  const search = newSearch(draft, new Float64Array(windowCount * pools.length), problem.seed)
  for (let t = 0; t < windowCount; t++) {
    for (const m of models.keys()) {
      if (t > 0) takeOver(search, m, t)
      insertReplicas(search, m, t, t, { priceWeight: 0, noise: 0 }, () => undefined)
    }
  }
}

function wordsOf(
  { expected, atLeast, switchingCost }: ChangeGain,
  isKept: boolean,
  unit: string,
): string {
  const amount = (value: number) =>
    `${Math.abs(value) >= 10 ? value.toFixed(0) : value.toPrecision(2)} ${unit}`
  const figures = [expected, atLeast, switchingCost].map(amount)
  return isKept
    ? `Not worth changing: a new plan is expected to save ${figures[0]}, but at least only ${figures[1]}; its changes take ${figures[2]} beyond those of the plan in force.`
    : `Worth changing: it saves at least ${figures[1]} over the plan in force, and its changes take ${figures[2]} beyond those of that one.`
}
