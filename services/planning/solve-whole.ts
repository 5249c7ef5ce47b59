import type { Block, BlockSolution, WorkSeries } from './block.ts'
import { type Deadline, NO_DEADLINE, TIME_SHARES } from './deadline.ts'
import { type HorizonModel, horizonModel } from './horizon-model.ts'
import { compileInstance, type Instance } from './instance.ts'
import type { LinearSolver } from './linear-solver.ts'
import { seriesOf } from './point-series.ts'
import { pricesOf } from './prices.ts'

/** Nearer to the best than any forecast is to the truth. */
const RELATIVE_GAP = 1e-4
/** However late it is, so long a plan is looked for. */
const LEAST_SECONDS = 0.1

/**
 * A whole problem by branch and bound, to a proof or until the time is up: then the best plan so far
 * and the bound proven so far stand.
 */
export function solveWhole(
  block: Block,
  solver: LinearSolver,
  seconds: number,
  deadline: Deadline = NO_DEADLINE,
): BlockSolution {
  const instance = compileInstance(block.problem)
  const model = horizonModel(instance, { whole: true })
  const allowed = deadline.secondsLeft(TIME_SHARES.search)
  const answer = solver.solve(model.linear, {
    timeLimitSeconds: Math.max(LEAST_SECONDS, Math.min(seconds, allowed)),
    relativeGap: RELATIVE_GAP,
  })
  if (answer.status === 'infeasible' || answer.status === 'unknown') {
    return { blockId: block.id, replicas: [], batch: [], infeasible: true }
  }
  const counts = instance.models.map(({ binCount }, m) => {
    const from = model.replicas[m]!
    return Int32Array.from(
      answer.columnValues.slice(from, from + instance.windowCount * binCount),
      Math.round,
    )
  })
  const proven = Math.max(0, answer.bound)
  const gpuPrices = relaxedPrices(instance, solver, Math.min(seconds, allowed))
  return {
    blockId: block.id,
    replicas: seriesOf(instance, counts),
    batch: batchOf(instance, model, answer.columnValues),
    bound: { value: proven + instance.constant, kind: 'branch and bound' },
    ...(gpuPrices && { gpuPrices }),
    ...(answer.status === 'feasible' && allowed < seconds && { isCutShort: true }),
  }
}

/** What a GPU is worth to fractions of replicas; undefined where the time will not do. */
function relaxedPrices(
  instance: Instance,
  solver: LinearSolver,
  timeLimitSeconds: number,
): number[][] | undefined {
  if (timeLimitSeconds <= 0) return undefined
  const model = horizonModel(instance, { whole: false })
  // Pools alone bound replicas here: what a column's own bound is worth would be missing.
  for (const [m, { binCount }] of instance.models.entries()) {
    const from = model.replicas[m]!
    model.linear.upper.fill(Number.POSITIVE_INFINITY, from, from + instance.windowCount * binCount)
  }
  const answer = solver.solve(model.linear, { timeLimitSeconds })
  if (answer.status !== 'optimal') return undefined
  const { gpuPrices } = pricesOf(instance, model, answer)
  const P = instance.pools.length
  return instance.pools.map((_, p) =>
    Array.from({ length: instance.windowCount }, (__, t) => gpuPrices[t * P + p]!),
  )
}

function batchOf(instance: Instance, model: HorizonModel, columnValues: Float64Array) {
  return instance.problem.batch.map(({ id }, j): WorkSeries => {
    const work = instance.batch[j]!
    const values = instance.problem.windows.map((_, t) => {
      if (t < work.first || t >= work.deadline) return 0
      const at = model.batch[j]! + (t - work.first) * work.regions.length
      return columnValues.slice(at, at + work.regions.length).reduce((a, b) => a + b, 0)
    })
    return { work: id, values }
  })
}
