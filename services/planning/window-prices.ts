import { fixedCost, startCost, tokenCost } from './bin-costs.ts'
import type { Instance } from './instance.ts'
import { lagrangianBound } from './lagrangian-bound.ts'
import type { LinearAnswer, LinearSolver, OpenModel } from './linear-solver.ts'
import type { Priced, PricedFractions } from './prices.ts'
import { type BatchTiming, evenBatch, shiftBatchTowards } from './time-batch.ts'
import { type WindowModel, windowCosts, windowModel } from './window-model.ts'

/** Windows looked at to time batch work, and how often. */
const SAMPLES = 24
const ROUNDS = 3
/** A miss costs this many times the dearest service. */
const MISS_FACTOR = 20

/**
 * Prices of a long horizon, window after window: first a few sampled windows say when batch work is
 * cheap, then every window is solved with its batch fixed, from the basis of the one before.
 *
 * @returns undefined where even fractional replicas leave traffic unserved
 */
export function windowPrices(instance: Instance, solver: LinearSolver): Priced | undefined {
  const model = windowModel(instance)
  const opened = solver.open(model.linear)
  try {
    const batch = timeBatch(instance, model, opened)
    const prices = emptyPrices(instance, batch)
    const runner = windowRunner(instance, model, opened)
    for (let t = 0; t < instance.windowCount; t++) {
      const answer = runner.solve(t, batch)
      if (runner.misses(answer) > 0) return undefined
      readWindow(instance, model, answer, t, prices)
    }
    const value = lagrangianBound(instance, prices) + instance.constant
    return { prices, bound: { value, kind: 'Lagrangian, whole replicas' } }
  } finally {
    opened.close()
  }
}

function windowRunner(instance: Instance, model: WindowModel, opened: OpenModel) {
  const costs = new Float64Array(model.linear.columnCount)
  const upper = model.linear.upper.slice()
  const rowLower = model.linear.rowLower.slice()
  const rowUpper = model.linear.rowUpper.slice()
  const missCost = MISS_FACTOR * dearestToken(instance)
  return {
    solve(t: number, batch: BatchTiming): LinearAnswer {
      windowCosts(instance, model, t, missCost, costs)
      opened.setCosts(costs)
      setTraffic(instance, model, t, batch, rowLower)
      for (const [m, row] of model.laneRows.entries()) {
        const { count } = model.lanes[m]!
        rowUpper.set(rowLower.subarray(row, row + count), row)
      }
      opened.setRowBounds(rowLower, rowUpper)
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

function setTraffic(
  instance: Instance,
  model: WindowModel,
  t: number,
  batch: BatchTiming,
  rates: Float64Array,
): void {
  for (const [m, { sources }] of instance.models.entries()) {
    const { count, ofSource } = model.lanes[m]!
    rates.fill(0, model.laneRows[m]!, model.laneRows[m]! + count)
    for (const [s, { rate }] of sources.entries()) {
      rates[model.laneRows[m]! + ofSource[s]!]! += rate[t]!
    }
  }
  for (const [j, { model: m }] of instance.batch.entries()) {
    rates[model.laneRows[m]! + model.lanes[m]!.ofBatch[j]!]! += batch[j]![t]!
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

/** Solves sampled windows with the work spread by the prices seen so far; prices are averaged. */
function timeBatch(instance: Instance, model: WindowModel, opened: OpenModel): BatchTiming {
  let batch = evenBatch(instance)
  if (batch.length === 0) return batch
  const stride = Math.max(1, Math.ceil(instance.windowCount / SAMPLES))
  for (let round = 0; round < ROUNDS; round++) {
    const runner = windowRunner(instance, model, opened)
    const prices = emptyPrices(instance, batch)
    for (let t = 0; t < instance.windowCount; t += stride) {
      const answer = runner.solve(t, batch)
      for (let w = t; w < Math.min(t + stride, instance.windowCount); w++) {
        readPrices(instance, model, answer, w, prices)
      }
    }
    batch = shiftBatchTowards(instance, batch, prices.tokenPrices, 1 / (round + 1))
  }
  return batch
}

function emptyPrices(instance: Instance, batch: BatchTiming): PricedFractions {
  const { windowCount: T, regionCount: R, models, pools } = instance
  const perBin = () => models.map(({ binCount }) => new Float64Array(T * binCount))
  return {
    fractions: perBin(),
    loads: perBin(),
    batch,
    gpuPrices: new Float64Array(T * pools.length),
    tokenPrices: models.map(() => new Float64Array(T * R)),
    floorPrices: models.map(() => new Float64Array(T)),
  }
}

function readPrices(
  instance: Instance,
  model: WindowModel,
  { rowDuals }: LinearAnswer,
  t: number,
  prices: PricedFractions,
): void {
  const { regionCount: R, pools } = instance
  for (let p = 0; p < pools.length; p++) {
    prices.gpuPrices[t * pools.length + p] = Math.max(0, -rowDuals[model.poolRow + p]!)
  }
  for (const m of instance.models.keys()) {
    const from = model.balanceRows[m]!
    prices.tokenPrices[m]!.set(rowDuals.subarray(from, from + R), t * R)
    prices.floorPrices![m]![t] = Math.max(0, rowDuals[model.floorRows[m]!]!)
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
  for (const [m, { binCount, capacity }] of instance.models.entries()) {
    for (const [i, b] of model.bins[m]!.entries()) {
      const load =
        answer.columnValues[model.kept[m]! + i]! + answer.columnValues[model.fresh[m]! + i]!
      prices.loads[m]![t * binCount + b] = load
      prices.fractions[m]![t * binCount + b] = load / capacity[b]!
    }
  }
}
