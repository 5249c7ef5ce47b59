import { beforeAll, describe, expect, it } from 'vitest'
import { couplingPrices } from '../../services/planning/coupling-prices.ts'
import { cutBlocks, inputsOf } from '../../services/planning/cut-blocks.ts'
import {
  type Block,
  continueBlocks,
  coordinate,
  type LastPlan,
  type LinearSolver,
  loadHighs,
  mergeBlocks,
  type PlanningProblem,
  solveBlock,
  verifyPlan,
} from '../../services/planning/index.ts'
import { compileInstance } from '../../services/planning/instance.ts'
import { wholeWork } from '../../services/planning/time-batch.ts'
import { windowPrices } from '../../services/planning/window-prices.ts'
import { generateProblem } from '../bench/planner/instances.ts'
import { beforeRolling, rolledOn } from '../bench/planner/roll.ts'

const whole = generateProblem({ regions: 2, windows: 31, models: 3, variants: 6, seed: 4 })
const before = beforeRolling(whole)

/** Priced window by window, as large fleets are. */
function planned(problem: PlanningProblem, solver: LinearSolver): LastPlan {
  const instance = compileInstance(problem)
  const prices = windowPrices(instance, solver)!
  const blocks = cutBlocks(instance, prices, couplingPrices(instance, prices), 0)
  return solved(problem, blocks, solver)
}

function solved(
  problem: PlanningProblem,
  blocks: readonly Block[],
  solver: LinearSolver,
): LastPlan {
  const solutions = blocks.map((block) => solveBlock(block, solver))
  const outcome = mergeBlocks(problem, blocks, solutions, solver)
  if (outcome.status !== 'planned') throw new Error(outcome.words)
  return { blocks, solutions, plan: outcome.plan }
}

describe('a plan that goes on from the last one', () => {
  let solver: LinearSolver
  let last: LastPlan
  let next: PlanningProblem
  beforeAll(async () => {
    solver = await loadHighs()
    last = planned(before, solver)
    next = rolledOn(whole, last.plan)
  }, 60_000)

  it('keeps what sees the same, plans the rest, and keeps every promise', () => {
    const { blocks, known } = continueBlocks(next, last, solver)!
    expect(known.map(({ blockId }) => blockId)).toEqual(['11-22', '23-28'])
    expect(blocks.map(({ firstWindow, endWindow }) => endWindow - firstWindow)).toEqual([
      12, 6, 11, 1,
    ])
    const kept = new Set(known.map(({ blockId }) => blockId))
    const fresh = blocks.filter(({ id }) => !kept.has(id))
    const solutions = [...known, ...fresh.map((block) => solveBlock(block, solver))]
    const outcome = mergeBlocks(next, blocks, solutions, solver)
    if (outcome.status !== 'planned') throw new Error(outcome.words)
    expect(verifyPlan(next, outcome.plan).violations).toEqual([])
    const { value, bound } = outcome.plan.objective
    const cold = planned(next, solver).plan.objective
    // Each bound is below either plan, since both are plans of one problem.
    expect(bound).toBeLessThanOrEqual(Math.min(value, cold.value))
    expect(cold.bound).toBeLessThanOrEqual(value)
    expect(bound).toBeGreaterThan(0.9 * cold.bound)
    expect(value).toBeLessThan(1.03 * cold.value)
  }, 60_000)

  it('goes on from a horizon that was priced in one LP, too', () => {
    const whole = solved(before, coordinate(before, solver), solver)
    expect(whole.blocks.some(({ startPrices }) => startPrices.length > 0)).toBe(true)
    const { blocks, known } = continueBlocks(next, whole, solver)!
    expect(known.length).toBeGreaterThan(0)
    const kept = new Set(known.map(({ blockId }) => blockId))
    const fresh = blocks.filter(({ id }) => !kept.has(id)).map((block) => solveBlock(block, solver))
    const outcome = mergeBlocks(next, blocks, [...known, ...fresh], solver)
    if (outcome.status !== 'planned') throw new Error(outcome.words)
    expect(verifyPlan(next, outcome.plan).violations).toEqual([])
    const other = planned(next, solver).plan.objective
    expect(outcome.plan.objective.bound).toBeLessThanOrEqual(other.value)
    expect(outcome.plan.objective.bound).toBeGreaterThan(0.9 * other.bound)
  }, 60_000)

  it('plans anew what comes first now but followed another block before', () => {
    const later = inputsOf(before, [12, 30])
    expect(later.running).toEqual([])
    const { known } = continueBlocks(later, last, solver)!
    expect(known.map(({ blockId }) => blockId)).toEqual(['12-17'])
  })

  it('keeps all of a problem that has not changed', () => {
    const again = continueBlocks(before, last, solver)!
    expect(again.known).toHaveLength(last.blocks.length)
    const outcome = mergeBlocks(before, again.blocks, again.known, solver)
    expect(outcome.status === 'planned' && outcome.plan.objective.value).toBeCloseTo(
      last.plan.objective.value,
      3,
    )
  })

  it('keeps nothing that was cut short, or that reaches beyond the horizon', () => {
    const cut = { ...last, blocks: last.blocks.map((block) => ({ ...block, isCutShort: true })) }
    expect(continueBlocks(next, cut, solver)).toBeUndefined()
    const solutions = last.solutions.map((one) => ({ ...one, isCutShort: true }))
    expect(continueBlocks(next, { ...last, solutions }, solver)).toBeUndefined()
    const short = beforeRolling(beforeRolling(before))
    expect(continueBlocks(short, last, solver)!.known).toHaveLength(2)
  })

  it('begins anew where inputs changed everywhere, or a work is new', () => {
    const dirtier = next.regions.map((region) => ({
      ...region,
      carbonGPerKwh: region.carbonGPerKwh.map((value) => value + 1),
    }))
    expect(continueBlocks({ ...next, regions: dirtier }, last, solver)).toBeUndefined()
    const batch = next.batch.map((work, j) => (j === 0 ? { ...work, id: 'new' } : work))
    expect(continueBlocks({ ...next, batch }, last, solver)).toBeUndefined()
  })

  it('begins anew where limits tie windows together', () => {
    for (const policy of [
      { carbonBudgetGPerDay: 1e9 },
      { maxChangedGpusPerWindow: 50 },
      { minDwellWindows: 2 },
      { quietWindows: [0] },
    ]) {
      const tied = { ...next, policy: { ...next.policy, ...policy } }
      expect(continueBlocks(tied, last, solver)).toBeUndefined()
    }
    const one = {
      ...last,
      blocks: last.blocks.map((block) => ({ ...block, kind: 'whole' as const })),
    }
    expect(continueBlocks(next, one, solver)).toBeUndefined()
  })

  it('begins anew where the open windows cannot take what is left', () => {
    const models = next.models.map((model) => ({
      ...model,
      demand: model.demand.map((demand) => ({
        ...demand,
        tokensPerSecond: demand.tokensPerSecond.map((rate, t) => (t === 0 ? 1e9 : rate)),
      })),
    }))
    expect(continueBlocks({ ...next, models }, last, solver)).toBeUndefined()
    const batch = next.batch.map((work) => ({ ...work, tokens: 1e3 * work.tokens }))
    expect(continueBlocks({ ...next, batch }, last, solver)).toBeUndefined()
  })
})

it('leaves rates alone that may not change, though they are more than a work has', () => {
  const instance = compileInstance(before)
  const j = 0
  const rates = instance.batch.map((_, i) =>
    new Float64Array(instance.windowCount).fill(i === j ? 1e6 : 0),
  )
  const costs = rates.map((own) => own.map(() => 1))
  expect(wholeWork(instance, rates, costs, () => false)[j]).toEqual(rates[j])
})
