import { expect, it } from 'vitest'
import { loadGlpk, loadHighs, planHorizon } from '../../services/planning/index.ts'
import { generateProblem } from '../bench/planner/instances.ts'

const HOSTILE = ['free', 'us-east-1', '3-node', 'a + 2 b', 'x\n<= 1\nEnd', '-inf', '__proto__', '']

/** The same problem, told in other words. */
function renamed(problem: ReturnType<typeof generateProblem>, name: (id: string) => string) {
  const ids = [...problem.regions, ...problem.models].map(({ id }) => id)
  return JSON.parse(JSON.stringify(problem), (_key, value) =>
    ids.includes(value) ? name(value) : value,
  ) as typeof problem
}

it.each([
  ['HiGHS', loadHighs],
  ['glpk.js', loadGlpk],
])('a name changes no plan, whatever it says: %s', async (_name, load) => {
  const solver = await load()
  const problem = generateProblem({ regions: 2, windows: 3, models: 2, variants: 3, seed: 4 })
  const planned = (of: typeof problem) => {
    const outcome = planHorizon(of, solver)
    if (outcome.status !== 'planned') throw new Error(outcome.words)
    return outcome.plan
  }
  const plain = planned(problem)
  for (const hostile of HOSTILE) {
    const plan = planned(renamed(problem, (id) => `${id}${hostile}`))
    expect(plan.objective.value, hostile).toBeCloseTo(plain.objective.value, 9)
    expect(plan.assignments.map(({ region, replicas }) => ({ region, replicas }))).toEqual(
      plain.assignments.map(({ region, replicas }) => ({
        region: `${region}${hostile}`,
        replicas,
      })),
    )
  }
})
