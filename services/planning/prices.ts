import type { HorizonModel } from './horizon-model.ts'
import type { Instance } from './instance.ts'
import type { LinearAnswer } from './linear-solver.ts'

/** A fractional optimum and the prices that make every part of it want the same. */
export interface PricedFractions {
  /** By model, replicas, [window * binCount + bin]. */
  readonly fractions: readonly Float64Array[]
  /** By batch work, tokens/s, [window]. */
  readonly batch: readonly Float64Array[]
  /** Objective of a GPU for a window, [window * poolCount + pool]; work is done when it is timed. */
  readonly gpuPrices: Float64Array
  /** The same where work is free to move at its price: what a bound takes. */
  readonly freeGpuPrices: Float64Array
  /** By batch work: objective of one token. */
  readonly workPrices: Float64Array
  /** By model: what ending a start's saving is worth, [window * binCount + bin]. */
  readonly startPrices: readonly Float64Array[]
  /** Some windows were taken for others, since the time would not do for all. */
  readonly isCutShort?: boolean
}

/** Reads the relaxed whole-horizon model's answer. */
export function pricesOf(
  instance: Instance,
  model: HorizonModel,
  answer: LinearAnswer,
): PricedFractions {
  const { windowCount: T, pools } = instance
  const { columnValues: x, rowDuals: dual } = answer
  const slice = (from: number, length: number, of: Float64Array) => of.slice(from, from + length)
  const perBin = (first: Int32Array, of: Float64Array) =>
    instance.models.map(({ binCount }, m) => slice(first[m]!, T * binCount, of))
  const gpuPrices = slice(model.poolRow, T * pools.length, dual).map((price) => Math.max(0, -price))
  return {
    fractions: perBin(model.replicas, x),
    batch: instance.batch.map((work, j) => {
      const rates = new Float64Array(T)
      for (let t = work.first; t < work.deadline; t++) {
        for (const i of work.regions.keys()) {
          rates[t]! += x[model.batch[j]! + (t - work.first) * work.regions.length + i]!
        }
      }
      return rates
    }),
    gpuPrices,
    freeGpuPrices: gpuPrices,
    workPrices: Float64Array.from(model.batchRows, (row) => Math.max(0, dual[row]!)),
    startPrices: perBin(model.startRows, dual),
  }
}
