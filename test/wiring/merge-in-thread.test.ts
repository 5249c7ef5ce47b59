import { expect, it } from 'vitest'
import { coordinate, loadHighs, solveBlock } from '../../services/planning/index.ts'
import { task } from '../../services/wiring/tasks/merge-blocks.ts'
import { generateProblem } from '../bench/planner/instances.ts'

it('merges without a plan in force; with one, it goes on where a new one saves too little', async () => {
  const solver = await loadHighs()
  const first = generateProblem({ regions: 2, windows: 3, models: 2, variants: 4, seed: 2 })
  const merged = async (problem: typeof first, inForce?: Parameters<typeof task>[0]['inForce']) => {
    const blocks = coordinate(problem, solver)
    const solutions = blocks.map((block) => solveBlock(block, solver))
    const { outcome } = await task({ problem, blocks, solutions, time: undefined, inForce })
    if (outcome.status !== 'planned') throw new Error(outcome.words)
    return outcome.plan
  }
  const before = await merged(first)
  expect(before.change).toBeUndefined()
  const after = await merged(
    { ...first, running: before.assignments.filter(({ window }) => window === 0) },
    before,
  )
  expect(after.change).toMatchObject({ isKept: true })
  expect(after.assignments.map(({ replicas }) => replicas)).toEqual(
    before.assignments.map(({ replicas }) => replicas),
  )
})

it('an infeasible answer is told, whatever is in force', async () => {
  const solver = await loadHighs()
  const problem = generateProblem({ regions: 2, windows: 3, models: 2, variants: 4, seed: 2 })
  const blocks = coordinate(problem, solver)
  const solutions = blocks.map((block) => solveBlock(block, solver))
  const { outcome: plan } = await task({
    problem,
    blocks,
    solutions,
    time: undefined,
    inForce: undefined,
  })
  const none = { ...problem, regions: problem.regions.map((one) => ({ ...one, pools: [] })) }
  const inForce = plan.status === 'planned' ? plan.plan : undefined
  const { outcome } = await task({
    problem: none,
    blocks: [],
    solutions: [],
    time: undefined,
    inForce,
  })
  expect(outcome.status).toBe('infeasible')
})
