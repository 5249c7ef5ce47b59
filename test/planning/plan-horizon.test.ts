import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type LinearSolver,
  loadGlpk,
  loadHighs,
  planHorizon,
  verifyPlan,
} from '../../services/planning/index.ts'
import { leastByEnumeration } from './brute-force.ts'
import { arbitraryProblem } from './problems.ts'

let highs: LinearSolver
let glpk: LinearSolver
beforeAll(async () => {
  highs = await loadHighs()
  glpk = await loadGlpk()
})

describe('planHorizon on tiny problems', () => {
  const tiny = arbitraryProblem({ regions: 2, windows: 2, models: 1, points: 2 })

  it('finds the least objective that enumeration finds, with every promise kept', () => {
    fc.assert(
      fc.property(tiny, (problem) => {
        const outcome = planHorizon(problem, highs)
        const least = leastByEnumeration(problem)
        if (least === undefined) {
          expect(outcome.status).toBe('infeasible')
          return
        }
        if (outcome.status !== 'planned') throw new Error(outcome.words)
        expect(verifyPlan(problem, outcome.plan).violations).toEqual([])
        const slack = 1e-5 * Math.abs(least) + 1e-6
        expect(Math.abs(outcome.plan.objective.value - least)).toBeLessThan(slack)
        expect(outcome.plan.objective.bound).toBeLessThanOrEqual(least + slack)
      }),
      { numRuns: 30, seed: 1 },
    )
  }, 120_000)

  it('gives the same optimum through glpk.js', () => {
    fc.assert(
      fc.property(tiny, (problem) => {
        const [a, b] = [planHorizon(problem, highs), planHorizon(problem, glpk)]
        expect(b.status).toBe(a.status)
        if (a.status !== 'planned' || b.status !== 'planned') return
        const { value } = a.plan.objective
        expect(Math.abs(b.plan.objective.value - value)).toBeLessThan(1e-5 * value + 1e-6)
      }),
      { numRuns: 25, seed: 2 },
    )
  }, 120_000)
})
