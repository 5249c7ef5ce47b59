import { beforeAll, describe, expect, it } from 'vitest'
import { wholeBlock } from '../../services/planning/coordinate.ts'
import { couplingPrices } from '../../services/planning/coupling-prices.ts'
import { cutBlocks, inputsOf } from '../../services/planning/cut-blocks.ts'
import {
  type Block,
  type BlockSolution,
  continueBlocks,
  coordinate,
  type LastPlan,
  type LinearSolver,
  loadHighs,
  mergeBlocks,
  type Plan,
  type PlanningProblem,
  planPrices,
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
  const plan = merged(problem, blocks, solutions, solver)
  return { problem, plan, prices: planPrices(blocks, solutions)! }
}

function merged(
  problem: PlanningProblem,
  blocks: readonly Block[],
  solutions: readonly BlockSolution[],
  solver: LinearSolver,
): Plan {
  const outcome = mergeBlocks(problem, blocks, solutions, solver)
  if (outcome.status !== 'planned') throw new Error(outcome.words)
  return outcome.plan
}

function continued(problem: PlanningProblem, last: LastPlan, solver: LinearSolver): LastPlan {
  const { blocks, known } = continueBlocks(problem, last, solver)!
  const fresh = blocks.filter(({ isKept = false }) => !isKept)
  const solutions = [...known, ...fresh.map((block) => solveBlock(block, solver))]
  const plan = merged(problem, blocks, solutions, solver)
  return { problem, plan, prices: planPrices(blocks, solutions)! }
}

describe('a plan that goes on from the last one', () => {
  let solver: LinearSolver
  let last: LastPlan
  let next: PlanningProblem
  beforeAll(async () => {
    solver = await loadHighs()
    last = planned(before, solver)
    next = rolledOn(whole, last.plan)
  })

  it('keeps what sees the same, plans the rest, and keeps every promise', () => {
    const { blocks, known } = continueBlocks(next, last, solver)!
    expect(known.map(({ blockId }) => blockId)).toEqual(['0-28'])
    expect(blocks.map(({ id, isKept }) => [id, isKept])).toEqual([
      ['0-28', true],
      ['29-29', undefined],
    ])
    const before = last.plan.assignments.filter(({ window }) => window === 29)
    const counts = ({ replicas }: { replicas: number }) => replicas
    expect(blocks[1]!.problem.running.map(counts)).toEqual(before.map(counts))
    const { plan } = continued(next, last, solver)
    expect(verifyPlan(next, plan).violations).toEqual([])
    const { value, bound } = plan.objective
    const cold = planned(next, solver).plan.objective
    // Each bound is below either plan, since both are plans of one problem.
    expect(bound).toBeLessThanOrEqual(Math.min(value, cold.value))
    expect(cold.bound).toBeLessThanOrEqual(value)
    expect(bound).toBeGreaterThan(0.9 * cold.bound)
    expect(value).toBeLessThan(1.03 * cold.value)
  })

  it('goes on and on, each time from the one before', () => {
    const long = generateProblem({ regions: 2, windows: 34, models: 3, variants: 6, seed: 4 })
    const windowsOf = (from: number) => inputsOf(long, [from, from + 30])
    let now = planned(windowsOf(0), solver)
    for (let hour = 1; hour <= 4; hour++) {
      // Works that come into sight would be new: those of the first horizon alone are planned here.
      const left = new Map(now.problem.batch.map(({ id, tokens }) => [id, tokens]))
      const part = inputsOf(long, [hour - 1, hour + 30])
      const batch = part.batch
        .filter(({ id }) => left.has(id))
        .map((work) => ({ ...work, tokens: left.get(work.id)! }))
      now = continued(rolledOn({ ...part, batch }, now.plan), now, solver)
      expect(verifyPlan(now.problem, now.plan).violations).toEqual([])
    }
    const cold = planned(now.problem, solver).plan.objective
    expect(now.plan.objective.bound).toBeLessThanOrEqual(cold.value)
    expect(cold.bound).toBeLessThanOrEqual(now.plan.objective.value)
    expect(now.plan.objective.value).toBeLessThan(1.05 * cold.value)
  })

  it('goes on from a horizon that was priced in one LP, too', () => {
    const whole = solved(before, coordinate(before, solver), solver)
    expect(whole.prices.startPrices.length).toBeGreaterThan(0)
    const { plan } = continued(next, whole, solver)
    expect(verifyPlan(next, plan).violations).toEqual([])
    const other = planned(next, solver).plan.objective
    expect(plan.objective.bound).toBeLessThanOrEqual(other.value)
    expect(plan.objective.bound).toBeGreaterThan(0.9 * other.bound)
  })

  it('plans the first windows anew where something else runs than was planned', () => {
    const { known } = continueBlocks({ ...next, running: [] }, last, solver)!
    expect(known.map(({ blockId }) => blockId)).toEqual(['12-28'])
    const free = { ...next, policy: { ...next.policy, freeFirstStarts: true } }
    expect(continueBlocks(free, last, solver)!.known[0]!.blockId).toBe('12-28')
    const later = inputsOf(before, [12, 30])
    expect(later.running).toEqual([])
    expect(continueBlocks(later, last, solver)!.known[0]!.blockId).toBe('12-17')
    const unseen = { ...last, problem: inputsOf(last.problem, [1, 30]) }
    expect(continueBlocks(before, unseen, solver)!.known[0]!.blockId).toBe('12-29')
  })

  it('plans a window anew of whose traffic another share is expected to come', () => {
    const idleIn = (window: number): PlanningProblem => ({
      ...next,
      models: next.models.map((model) => ({
        ...model,
        demand: model.demand.map((demand) => ({
          ...demand,
          expectedTokensPerSecond: demand.tokensPerSecond.map((rate, t) =>
            t === window ? rate / 2 : rate,
          ),
        })),
      })),
    })
    const { blocks } = continueBlocks(idleIn(20), last, solver)!
    expect(blocks.filter(({ isKept }) => isKept === true).map(({ id }) => id)).toEqual([
      '0-19',
      '21-28',
    ])
    const { plan } = continued(idleIn(20), last, solver)
    expect(verifyPlan(idleIn(20), plan).violations).toEqual([])
  })

  it('keeps all of a problem that has not changed', () => {
    const again = continueBlocks(before, last, solver)!
    expect(again.known.map(({ blockId }) => blockId)).toEqual(['0-29'])
    const plan = merged(before, again.blocks, again.known, solver)
    expect(plan.objective.value).toBeCloseTo(last.plan.objective.value, 3)
    expect(plan.objective.bound).toBeCloseTo(last.plan.objective.bound, 3)
  })

  it('keeps what has been through a database, with its fields in another order', () => {
    const reversed = (value: unknown): unknown =>
      value instanceof Object && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, part]) => [key, reversed(part)]),
          )
        : Array.isArray(value)
          ? value.map(reversed)
          : value
    const stored = reversed(JSON.parse(JSON.stringify(last))) as LastPlan
    expect(continueBlocks(next, stored, solver)!.known.map(({ blockId }) => blockId)).toEqual([
      '0-28',
    ])
  })

  it('keeps nothing that was cut short', () => {
    const { prices } = last
    const rough = { ...prices, shares: prices.shares.map(() => null) }
    expect(continueBlocks(next, { ...last, prices: rough }, solver)).toBeUndefined()
    const blocks = coordinate(before, solver)
    const solutions = blocks.map((block, i) => ({
      ...solveBlock(block, solver),
      ...(i === 0 && { isCutShort: true }),
    }))
    const shares = (of: readonly Block[]) => planPrices(of, solutions)!.shares.indexOf(null)
    expect(shares(blocks)).toBe(0)
    expect(planPrices(blocks, solutions)!.shares.lastIndexOf(null)).toBe(11)
    expect(
      planPrices(
        blocks.map((block) => ({ ...block, isCutShort: true })),
        solutions,
      )!.shares.every((share) => share === null),
    ).toBe(true)
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
  })

  it('tells the price of a work that nothing is done of', () => {
    const blocks = coordinate(before, solver).map((block) => ({ ...block, batch: [] }))
    const solutions = blocks.map(({ id, endWindow, firstWindow }) => ({
      blockId: id,
      replicas: [],
      batch: [],
      shares: Array.from({ length: endWindow - firstWindow }, () => 1),
    }))
    const { works } = planPrices(blocks, solutions)!
    expect(works.map(({ work }) => work).sort()).toEqual(before.batch.map(({ id }) => id))
    expect(works.every(({ values }) => values.length === 30 && Math.max(...values) === 0)).toBe(
      true,
    )
  })

  it('has no prices of what was planned in one block, or not at all', () => {
    expect(planPrices([wholeBlock(before)], [])).toBeUndefined()
    expect(planPrices([], [])).toBeUndefined()
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
