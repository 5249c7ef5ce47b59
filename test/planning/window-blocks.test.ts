import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { horizonModel } from '../../services/planning/horizon-model.ts'
import {
  coordinate,
  type LinearSolver,
  loadHighs,
  mergeBlocks,
  planHorizon,
  solveBlock,
  verifyPlan,
} from '../../services/planning/index.ts'
import { compileInstance } from '../../services/planning/instance.ts'
import { planInThreads } from '../../services/wiring/plan-in-threads.ts'
import { generateProblem } from '../bench/planner/instances.ts'
import { arbitraryProblem } from './problems.ts'

let highs: LinearSolver
beforeAll(async () => {
  highs = await loadHighs()
})

describe('planning by blocks', () => {
  const small = arbitraryProblem({ regions: 3, windows: 4, models: 2, points: 3 })

  it('is feasible wherever branch and bound is, near its optimum and above its own bound', () => {
    fc.assert(
      fc.property(small, (problem) => {
        const outcome = planHorizon(problem, highs)
        const instance = compileInstance(problem)
        const exact = highs.solve(horizonModel(instance, { whole: true }).linear, {
          relativeGap: 0.001,
        })
        if (exact.status === 'infeasible') {
          expect(outcome.status).toBe('infeasible')
          return
        }
        if (outcome.status !== 'planned') throw new Error(outcome.words)
        expect(verifyPlan(problem, outcome.plan).violations).toEqual([])
        const best = exact.value + instance.constant
        expect(outcome.plan.objective.bound).toBeLessThanOrEqual(best * (1 + 1e-6) + 1e-6)
        expect(outcome.plan.objective.value).toBeLessThanOrEqual(best * 1.05 + 1e-6)
      }),
      { numRuns: 5, seed: 3, endOnFailure: true },
    )
  }, 120_000)

  it('does not depend on the order in which workers finish', () => {
    const problem = generateProblem({ regions: 2, windows: 24, models: 3, variants: 8, seed: 7 })
    const blocks = coordinate(problem, highs)
    expect(blocks.length).toBe(2)
    const overTheWire = blocks.map((block) => JSON.parse(JSON.stringify(block)))
    const solutions = overTheWire
      .toReversed()
      .map((block) => JSON.parse(JSON.stringify(solveBlock(block, highs))))
    const merged = mergeBlocks(problem, overTheWire.toReversed(), solutions, highs)
    expect(merged).toEqual(planHorizon(problem, highs))
  })

  it('is the same plan on threads', async () => {
    const problem = generateProblem({ regions: 2, windows: 36, models: 2, variants: 6, seed: 5 })
    expect((await planInThreads(problem, highs, { threads: 2 })).outcome).toEqual(
      planHorizon(problem, highs),
    )
    expect((await planInThreads(problem, highs, { threads: 1 })).outcome).toEqual(
      planHorizon(problem, highs),
    )
  }, 120_000)
})
