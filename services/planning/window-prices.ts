import { batchPrices } from './batch-prices.ts'
import type { Instance } from './instance.ts'
import type { LinearAnswer, LinearSolver } from './linear-solver.ts'
import type { PricedFractions } from './prices.ts'
import { wholeWork } from './time-batch.ts'
import type { WindowModel } from './window-model.ts'
import { openWindows } from './window-runner.ts'
import { cheapestToken, workAscent } from './work-ascent.ts'

/**
 * Prices of a long horizon, window after window, each LP from the basis of the one before. Batch work
 * is offered at its price and comes where a token costs less.
 *
 * @returns undefined where even fractional replicas leave traffic unserved
 */
export function windowPrices(
  instance: Instance,
  solver: LinearSolver,
): PricedFractions | undefined {
  const runner = openWindows(instance, solver)
  try {
    const workPrices = batchPrices(instance, solver) ?? workAscent(instance, runner)
    const prices = emptyPrices(instance, workPrices)
    const costs = instance.batch.map(() => new Float64Array(instance.windowCount))
    for (let t = 0; t < instance.windowCount; t++) {
      const answer = runner.solve(t, prices.workPrices)
      if (runner.misses(answer) > 0) return undefined
      readWindow(instance, runner.model, answer, t, prices)
      for (const [j, own] of costs.entries()) {
        own[t] = cheapestToken(instance, runner.model, answer, t, j)
      }
    }
    return { ...prices, batch: wholeWork(instance, prices.batch, costs) }
  } finally {
    runner.close()
  }
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
