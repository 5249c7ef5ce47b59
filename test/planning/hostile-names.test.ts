import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  type LinearModel,
  type LinearSolver,
  loadGlpk,
  loadHighs,
  planHorizon,
} from '../../services/planning/index.ts'
import { generateProblem } from '../bench/planner/instances.ts'

const HOSTILE = ['free', 'us-east-1', '3-node', 'a + 2 b', 'x\n<= 1\nEnd', '-inf', '__proto__', '']

/** How far a search comes in its time is of the machine: this one has all it wants. */
const unhurried = (solver: LinearSolver): LinearSolver => ({
  ...solver,
  solve: (model, { timeLimitSeconds: _, ...limits } = {}) => solver.solve(model, limits),
})

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
  const solver = unhurried(await load())
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

/** A solver that solves nothing: it digests what it is handed first. */
function digestOf(problem: ReturnType<typeof generateProblem>): string {
  const handed = (model: LinearModel): never => {
    const hash = createHash('sha256')
    for (const part of Object.values(model)) {
      hash.update(typeof part === 'number' ? String(part) : part)
    }
    throw new Handed(hash.digest('hex'))
  }
  try {
    planHorizon(problem, { name: 'none', solve: handed, open: handed } satisfies LinearSolver)
  } catch (error) {
    if (error instanceof Handed) return error.message
    throw error
  }
  throw new Error('no solver was asked')
}
class Handed extends Error {}

const NAMES_EACH = 4
const PROBLEMS = 2_500

it('ten thousand names, whatever they say, make one and the same model', () => {
  const problem = generateProblem({ regions: 2, windows: 2, models: 2, variants: 2, seed: 4 })
  const ids = [...problem.regions, ...problem.models].map(({ id }) => id)
  expect(ids).toHaveLength(NAMES_EACH)
  const plain = digestOf(problem)
  const name = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ maxLength: 40 }),
    fc.constantFrom(...HOSTILE),
  )
  const names = fc.uniqueArray(name, { minLength: NAMES_EACH, maxLength: NAMES_EACH })
  const seen = new Set<string>()
  fc.assert(
    fc.property(names, (given) => {
      for (const one of given) seen.add(one)
      expect(digestOf(renamed(problem, (id) => given[ids.indexOf(id)]!))).toBe(plain)
    }),
    { numRuns: PROBLEMS },
  )
  expect(seen.size).toBeGreaterThan(PROBLEMS)
  // It can tell models apart.
  expect(digestOf({ ...problem, models: problem.models.slice(1) })).not.toBe(plain)
}, 120_000)
