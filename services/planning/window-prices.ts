import { batchPrices } from './batch-prices.ts'
import type { Block } from './block.ts'
import { type Deadline, isPast, NO_DEADLINE, TIME_SHARES } from './deadline.ts'
import type { Instance } from './instance.ts'
import type { LinearAnswer, LinearSolver } from './linear-solver.ts'
import { modelPrices } from './model-prices.ts'
import type { PricedFractions } from './prices.ts'
import { wholeWork } from './time-batch.ts'
import type { WindowModel } from './window-model.ts'
import { openWindows } from './window-runner.ts'
import { cheapestToken, workAscent } from './work-ascent.ts'

/**
 * Prices of a long horizon, window after window, each LP from the basis of the one before. Batch work
 * is offered at its price and comes where a token costs less.
 *
 * Where the time will not do for all of them, a window is taken for the one before.
 *
 * @returns undefined where even fractional replicas leave traffic unserved
 */
export function windowPrices(
  instance: Instance,
  solver: LinearSolver,
  deadline: Deadline = NO_DEADLINE,
): PricedFractions | undefined {
  const runner = openWindows(instance, solver)
  try {
    const workPrices = batchPrices(instance, solver) ?? workAscent(instance, runner, deadline)
    const prices = emptyPrices(instance, workPrices)
    const costs = instance.batch.map(() => new Float64Array(instance.windowCount))
    let answer = runner.solve(0, prices.workPrices)
    let isCutShort = false
    for (let t = 0; t < instance.windowCount; t++) {
      const isLate = isPast(deadline, paceAt(t / instance.windowCount))
      if (t > 0 && !isLate) answer = runner.solve(t, prices.workPrices)
      isCutShort ||= isLate
      if (runner.misses(answer) > 0) return undefined
      readWindow(instance, runner.model, answer, t, prices)
      for (const [j, own] of costs.entries()) {
        own[t] = cheapestToken(instance, runner.model, answer, t, j)
      }
    }
    const priced = { ...prices, isCutShort, batch: wholeWork(instance, prices.batch, costs) }
    const isLate = () => isPast(deadline, TIME_SHARES.windowPrices)
    return isCutShort ? priced : { ...priced, ...modelPrices(instance, solver, priced, isLate) }
  } finally {
    runner.close()
  }
}

/** Windows to be priced, and blocks of all the others, which stand. */
export interface OpenWindows {
  readonly open: readonly number[]
  readonly standing: readonly Block[]
}

/**
 * The same for some windows only, work at prices that are known. What the others do of it stands; what
 * is left comes into the open windows.
 *
 * @returns undefined where traffic, or a work, does not fit into the open windows
 */
export function priceOpenWindows(
  instance: Instance,
  solver: LinearSolver,
  workPrices: Float64Array,
  { open, standing }: OpenWindows,
): PricedFractions | undefined {
  const prices = emptyPrices(instance, workPrices)
  const costs = instance.batch.map(() => new Float64Array(instance.windowCount))
  placeStanding(instance, standing, prices.batch)
  const runner = openWindows(instance, solver)
  try {
    for (const t of open) {
      const answer = runner.solve(t, workPrices)
      if (runner.misses(answer) > 0) return undefined
      readWindow(instance, runner.model, answer, t, prices)
      for (const [j, own] of costs.entries()) {
        own[t] = cheapestToken(instance, runner.model, answer, t, j)
      }
    }
  } finally {
    runner.close()
  }
  const isOpen = new Set(open)
  const batch = wholeWork(instance, prices.batch, costs, (t) => isOpen.has(t))
  const isDone = instance.batch.every(({ tokens }, j) => {
    const done = batch[j]!.reduce((sum, rate, t) => sum + rate * instance.windowSeconds[t]!, 0)
    return done >= tokens * (1 - 1e-9)
  })
  return isDone ? { ...prices, batch } : undefined
}

function placeStanding(
  { problem }: Instance,
  standing: readonly Block[],
  rates: readonly Float64Array[],
): void {
  for (const { firstWindow, batch } of standing) {
    for (const { work, values } of batch) {
      const j = problem.batch.findIndex(({ id }) => id === work)
      for (const [i, rate] of values.entries()) rates[j]![firstWindow + i] = rate
    }
  }
}

/** The share of the time by which so much of the horizon should be priced. */
const paceAt = (done: number): number => {
  const { workPrices: from, windowPrices: to } = TIME_SHARES
  return from + (to - from) * done
}

function emptyPrices(instance: Instance, workPrices: Float64Array): PricedFractions {
  const { windowCount: T, models, pools } = instance
  return {
    fractions: models.map(({ binCount }) => new Float64Array(T * binCount)),
    batch: instance.batch.map(() => new Float64Array(T)),
    gpuPrices: new Float64Array(T * pools.length),
    workPrices,
  }
}

function readWindow(
  instance: Instance,
  model: WindowModel,
  { columnValues, rowDuals }: LinearAnswer,
  t: number,
  prices: PricedFractions,
): void {
  const { pools } = instance
  for (let p = 0; p < pools.length; p++) {
    prices.gpuPrices[t * pools.length + p] = Math.max(0, -rowDuals[model.poolRow + p]!)
  }
  for (const [j, column] of model.batch.entries()) {
    const { first, deadline } = instance.batch[j]!
    const rate = Math.max(0, columnValues[column]!)
    // Outside its time a work's column is held at zero, to the solver's tolerance.
    prices.batch[j]![t] = t >= first && t < deadline ? rate : 0
  }
  for (const [m, { binCount, capacity }] of instance.models.entries()) {
    for (const [i, b] of model.bins[m]!.entries()) {
      prices.fractions[m]![t * binCount + b] = columnValues[model.loads[m]! + i]! / capacity[b]!
    }
  }
}
