import { beforeAll, describe, expect, it } from 'vitest'
import { type LinearSolver, loadHighs, planHorizon } from '../../services/planning/index.ts'
import { linearModelBuilder } from '../../services/planning/linear-model-builder.ts'
import { model, point, problem, region } from '../planning/problems.ts'

let solver: LinearSolver
beforeAll(async () => {
  solver = await loadHighs()
})

/** Most tokens/s of one GPU, and its price, USD an hour. */
const gpus = [
  { gpu: 'L4', tokensPerSecond: 70, priceUsdPerHour: 0.7 },
  { gpu: 'A100', tokensPerSecond: 500, priceUsdPerHour: 3.67 },
  { gpu: 'H100', tokensPerSecond: 1100, priceUsdPerHour: 7.5 },
]
const LOAD = 2300
/** Mélange cuts every bucket of requests into slices and gives each to one GPU type. */
const SLICES = 46

/**
 * Mélange (Griggs et al., arXiv 2404.14527) with one bucket of request sizes: slices are assigned to
 * GPU types (binary), GPUs of a type cover its slices' load, and the price of the GPUs is least.
 */
function melangeOptimum(): number {
  const builder = linearModelBuilder()
  const counts = gpus.map(({ priceUsdPerHour }) => builder.column(priceUsdPerHour, 40, true))
  const loads = gpus.map(() => [] as number[])
  for (let slice = 0; slice < SLICES; slice++) {
    const assigned = gpus.flatMap(({ tokensPerSecond }, g) => {
      const column = builder.column(0, 1, true)
      loads[g]!.push(column, LOAD / SLICES / tokensPerSecond)
      return [column, 1]
    })
    builder.row(1, 1, assigned)
  }
  for (const [g, entries] of loads.entries()) {
    builder.row(-Infinity, 0, [...entries, counts[g]!, -1])
  }
  return solver.solve(builder.build(), { timeLimitSeconds: 20, relativeGap: 1e-4 }).value
}

describe('Mélange as a special case', () => {
  const single = gpus.map(({ gpu, tokensPerSecond }) =>
    point(gpu, { gpu, capacityTokensPerSecond: tokensPerSecond, startJoules: 0 }),
  )
  const costOf = (points = single) => {
    const outcome = planHorizon(
      problem({
        policy: { objective: 'cost', carbonGPerUsd: 0 },
        regions: [
          region('cloud', [300], {
            pools: gpus.map(({ gpu, priceUsdPerHour }) => ({
              gpu,
              count: 40,
              parkedWatts: 0,
              priceUsdPerHour,
            })),
          }),
        ],
        models: [
          model('chat', {
            points,
            demand: [{ origin: 'users', tokensPerSecond: [LOAD], regions: ['cloud'] }],
          }),
        ],
      }),
      solver,
    )
    if (outcome.status !== 'planned') throw new Error(outcome.words)
    return outcome.plan.predicted.costUsd
  }

  it('reaches its optimum within 0.1 %', () => {
    expect(Math.abs(costOf() / melangeOptimum() - 1)).toBeLessThan(1e-3)
  })

  it('goes below it with a lever it lacks: tensor parallelism', () => {
    const parallel = point('A100-tp2', {
      gpu: 'A100',
      gpusPerReplica: 2,
      capacityTokensPerSecond: 1300,
      startJoules: 0,
    })
    expect(costOf([...single, parallel])).toBeLessThan(melangeOptimum() * 0.999)
  })
})
