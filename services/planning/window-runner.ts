import { fixedCost, startCost, tokenCost } from './bin-costs.ts'
import type { Instance } from './instance.ts'
import type { LinearAnswer, LinearSolver } from './linear-solver.ts'
import { type WindowModel, windowCosts, windowModel } from './window-model.ts'

/** A miss costs this many times the dearest service; work that has its time, half of that. */
const MISS_FACTOR = 20

/** What a window is told of the others. */
export interface WindowPrices {
  /** By batch work: objective that a token of it earns. */
  readonly workPrices: Float64Array
  /** By model, [window * binCount + bin], one window more than there are; absent: zeros. */
  readonly startPrices?: readonly Float64Array[]
  /** By batch work, [window]: tokens/s that are to be done, whatever they cost; absent: any that pay. */
  readonly rates?: readonly Float64Array[]
}

/** The fractional optimum of one window after the other, each from the basis of the one before. */
export interface WindowRunner {
  readonly model: WindowModel
  solve(t: number, prices: WindowPrices): LinearAnswer
  /** tokens/s that even fractional replicas leave unserved. */
  misses(answer: LinearAnswer): number
  /** Frees the solver's memory. */
  close(): void
}

export function openWindows(instance: Instance, solver: LinearSolver): WindowRunner {
  const model = windowModel(instance)
  const opened = solver.open(model.linear)
  const costs = new Float64Array(model.linear.columnCount)
  const upper = model.linear.upper.slice()
  const rowLower = model.linear.rowLower.slice()
  const rowUpper = model.linear.rowUpper.slice()
  const missCost = MISS_FACTOR * dearestToken(instance)
  return {
    model,
    solve(t, prices) {
      windowCosts(instance, model, t, missCost, prices.workPrices, costs)
      if (prices.startPrices) addStarts(instance, model, t, prices.startPrices, costs)
      setTraffic(instance, model, t, rowLower)
      for (const [m, row] of model.laneRows.entries()) {
        const { count } = model.lanes[m]!
        rowUpper.set(rowLower.subarray(row, row + count), row)
      }
      for (const [j, column] of model.batch.entries())
        upper[column] = mostWork(instance, t, j, prices)
      if (prices.rates) for (const column of model.batch) costs[column] = -missCost / 2
      opened.setCosts(costs)
      opened.setRowBounds(rowLower, rowUpper)
      opened.setUpper(upper)
      return opened.solve()
    },
    misses({ columnValues }) {
      let missing = 0
      for (const [m, { count }] of model.lanes.entries()) {
        for (let lane = 0; lane < count; lane++) {
          const value = columnValues[model.misses[m]! + lane]!
          if (value > 1e-6) missing += value
        }
      }
      return missing
    },
    close: () => opened.close(),
  }
}

/** Most tokens/s of a work in window `t`. */
function mostWork({ batch }: Instance, t: number, j: number, { rates }: WindowPrices): number {
  const { first, deadline } = batch[j]!
  if (t < first || t >= deadline) return 0
  return rates ? rates[j]![t]! : Number.POSITIVE_INFINITY
}

/** A replica pays for its start, and saves one in the next window. */
function addStarts(
  { models }: Instance,
  { bins, loads }: WindowModel,
  t: number,
  startPrices: readonly Float64Array[],
  costs: Float64Array,
): void {
  for (const [m, { binCount: B, capacity }] of models.entries()) {
    const own = startPrices[m]!
    for (const [i, b] of bins[m]!.entries()) {
      costs[loads[m]! + i]! += (own[t * B + b]! - own[(t + 1) * B + b]!) / capacity[b]!
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
