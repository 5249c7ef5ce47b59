import { batchPrices } from './batch-prices.ts'
import { fixedCost, startCost, tokenCost } from './bin-costs.ts'
import type { Instance } from './instance.ts'
import { lagrangianBound } from './lagrangian-bound.ts'
import type { LinearAnswer, LinearSolver, OpenModel } from './linear-solver.ts'
import type { Priced, PricedFractions } from './prices.ts'
import { mostBatch, wholeWork } from './time-batch.ts'
import { type WindowModel, windowCosts, windowModel } from './window-model.ts'

/** A miss costs this many times the dearest service. */
const MISS_FACTOR = 20

/**
 * Prices of a long horizon, window after window, each LP from the basis of the one before. Batch work
 * is offered at its price in a coarse LP of the horizon and comes where a token costs less.
 *
 * @returns undefined where even fractional replicas leave traffic unserved
 */
export function windowPrices(instance: Instance, solver: LinearSolver): Priced | undefined {
  const model = windowModel(instance)
  const opened = solver.open(model.linear)
  try {
    const prices = emptyPrices(instance)
    const runner = windowRunner(instance, model, opened, batchPrices(instance, solver))
    for (let t = 0; t < instance.windowCount; t++) {
      const answer = runner.solve(t)
      if (runner.misses(answer) > 0) return undefined
      readWindow(instance, model, answer, t, prices)
    }
    const value = lagrangianBound(instance, prices) + instance.constant
    const batch = wholeWork(instance, prices.batch)
    return { prices: { ...prices, batch }, bound: { value, kind: 'Lagrangian, whole replicas' } }
  } finally {
    opened.close()
  }
}

function windowRunner(
  instance: Instance,
  model: WindowModel,
  opened: OpenModel,
  works: Float64Array,
) {
  const costs = new Float64Array(model.linear.columnCount)
  const upper = model.linear.upper.slice()
  const rowLower = model.linear.rowLower.slice()
  const rowUpper = model.linear.rowUpper.slice()
  const missCost = MISS_FACTOR * dearestToken(instance)
  return {
    solve(t: number): LinearAnswer {
      windowCosts(instance, model, t, missCost, works, costs)
      opened.setCosts(costs)
      setTraffic(instance, model, t, rowLower)
      for (const [m, row] of model.laneRows.entries()) {
        const { count } = model.lanes[m]!
        rowUpper.set(rowLower.subarray(row, row + count), row)
      }
      opened.setRowBounds(rowLower, rowUpper)
      for (const [j, { first, deadline }] of instance.batch.entries()) {
        upper[model.batch[j]!] = t >= first && t < deadline ? mostBatch(instance, j) : 0
      }
      opened.setUpper(upper)
      const answer = opened.solve()
      keepRunning(instance, model, answer, upper)
      return answer
    },
    misses: ({ columnValues }: LinearAnswer) => {
      let missing = 0
      for (const [m, { count }] of model.lanes.entries()) {
        for (let lane = 0; lane < count; lane++) {
          const value = columnValues[model.misses[m]! + lane]!
          if (value > 1e-6) missing += value
        }
      }
      return missing
    },
  }
}

/** Loads of this window are the most that the next one may keep without a start. */
function keepRunning(
  instance: Instance,
  model: WindowModel,
  { columnValues }: LinearAnswer,
  upper: Float64Array,
): void {
  for (const m of instance.models.keys()) {
    for (let i = 0; i < model.bins[m]!.length; i++) {
      const kept = model.kept[m]! + i
      upper[kept] = columnValues[kept]! + columnValues[model.fresh[m]! + i]!
    }
  }
}

function setTraffic(instance: Instance, model: WindowModel, t: number, rates: Float64Array): void {
  for (const [m, { sources }] of instance.models.entries()) {
    const { count, ofSource } = model.lanes[m]!
    rates.fill(0, model.laneRows[m]!, model.laneRows[m]! + count)
    for (const [s, { rate }] of sources.entries()) {
      rates[model.laneRows[m]! + ofSource[s]!]! += rate[t]!
    }
  }
}

function dearestToken(instance: Instance): number {
  let dearest = 1e-9
  for (const model of instance.models) {
    for (let b = 0; b < model.binCount; b++) {
      for (let t = 0; t < instance.windowCount; t++) {
        const replica = fixedCost(instance, model, t, b) + startCost(instance, model, t, b)
        dearest = Math.max(dearest, replica / model.capacity[b]! + tokenCost(instance, model, t, b))
      }
    }
  }
  return dearest
}

function emptyPrices(instance: Instance): PricedFractions {
  const { windowCount: T, models, pools } = instance
  const perBin = () => models.map(({ binCount }) => new Float64Array(T * binCount))
  return {
    fractions: perBin(),
    loads: perBin(),
    batch: instance.batch.map(() => new Float64Array(T)),
    gpuPrices: new Float64Array(T * pools.length),
  }
}

function readPrices(
  instance: Instance,
  model: WindowModel,
  { rowDuals }: LinearAnswer,
  t: number,
  prices: PricedFractions,
): void {
  const { pools } = instance
  for (let p = 0; p < pools.length; p++) {
    prices.gpuPrices[t * pools.length + p] = Math.max(0, -rowDuals[model.poolRow + p]!)
  }
}

function readWindow(
  instance: Instance,
  model: WindowModel,
  answer: LinearAnswer,
  t: number,
  prices: PricedFractions,
): void {
  readPrices(instance, model, answer, t, prices)
  for (const [j, column] of model.batch.entries()) {
    const { first, deadline } = instance.batch[j]!
    const rate = Math.max(0, answer.columnValues[column]!)
    // Outside its time a work's column is held at zero, to the solver's tolerance.
    prices.batch[j]![t] = t >= first && t < deadline ? rate : 0
  }
  for (const [m, { binCount, capacity }] of instance.models.entries()) {
    for (const [i, b] of model.bins[m]!.entries()) {
      const load =
        answer.columnValues[model.kept[m]! + i]! + answer.columnValues[model.fresh[m]! + i]!
      prices.loads[m]![t * binCount + b] = load
      prices.fractions[m]![t * binCount + b] = load / capacity[b]!
    }
  }
}
