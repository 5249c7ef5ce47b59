import type { Cell } from './cell.ts'
import { type Cover, narrow, withBins } from './cover.ts'
import { chainOf } from './cover-chain.ts'
import { FEW, usefulBins } from './replica-bound.ts'
import { wholeCover } from './whole-cover.ts'

const GRID = { stepsPerReplica: 80, mostSteps: 1_600, careful: true, traced: true }

/**
 * The cheapest replicas of a cell at the prices, but for the roundings of `wholeCover`.
 *
 * @param prices by pool, objective of a GPU
 * @param known cost of some mix at the prices
 * @returns replicas by the model's bins; undefined where nothing can beat what is known, or where
 *   replicas are so many that rounding hardly matters
 */
export function exactSeed(
  cell: Cell,
  prices: Float64Array,
  known: number,
): ((b: number) => number) | undefined {
  const cover = narrow(coverAt(cell, prices))
  if (cover.loads.length === 0) return undefined
  const chain = chainOf(cover)
  const bins = usefulBins(cover, chain, known)
  if (bins.length === 0 || chain.replicas > FEW) return undefined
  const few = withBins(cover, bins)
  const whole = wholeCover(few, chainOf(few).links, GRID)
  const replicas = new Map<number, number>()
  for (const [i, count] of whole.counts().entries()) {
    if (count > 0) replicas.set(cell.bins[few.bins[i]!]!, count)
  }
  return (b) => replicas.get(b) ?? 0
}

function coverAt(cell: Cell, prices: Float64Array): Cover {
  const { bins, region, regionCount, pool, gpus, capacity, fixed, perToken } = cell
  const { loads, reaches, minReplicas } = cell
  return {
    regionCount,
    bins: Int32Array.from(bins.keys()),
    region,
    capacity,
    fixed: fixed.map((cost, i) => cost + prices[pool[i]!]! * gpus[i]!),
    perToken,
    loads,
    reaches,
    minReplicas,
  }
}
