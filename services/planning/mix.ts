import type { Cell } from './cell.ts'

/** Whole replicas of one model in one window that carry its traffic; sparse. */
export interface Mix {
  /** Bins of the model with replicas, ascending, and how many. */
  readonly bins: Int32Array
  readonly counts: Int32Array
  /** Pools they use, and GPUs of each. */
  readonly pools: Int32Array
  readonly gpus: Float64Array
  /** Objective of replicas and load, without starts. */
  readonly cost: number
  /** Tells mixes with other counts apart. */
  readonly key: number
}

/** @param counts replicas by the cell's bins */
export function mixOf(cell: Cell, counts: Int32Array, cost: number): Mix {
  const used = [...counts.keys()].filter((i) => counts[i]! > 0)
  used.sort((a, b) => cell.bins[a]! - cell.bins[b]!)
  const gpus = new Map<number, number>()
  for (const i of used) {
    const pool = cell.pool[i]!
    gpus.set(pool, (gpus.get(pool) ?? 0) + counts[i]! * cell.gpus[i]!)
  }
  return {
    bins: Int32Array.from(used, (i) => cell.bins[i]!),
    counts: Int32Array.from(used, (i) => counts[i]!),
    pools: Int32Array.from(gpus.keys()),
    gpus: Float64Array.from(gpus.values()),
    cost,
    key: keyOf(cell, counts),
  }
}

/** FNV-1a over bins and counts. */
export function keyOf(cell: Cell, counts: Int32Array): number {
  // In order of the model's bins, which differs from the cell's: a sum does not mind.
  let key = 0
  for (let i = 0; i < counts.length; i++) {
    if (counts[i]! > 0) {
      key = (key + Math.imul(Math.imul(cell.bins[i]! + 1, 0x9e3779b1) ^ counts[i]!, 0x85ebca6b)) | 0
    }
  }
  return key
}

/** Objective of its GPUs at the prices, by pool. */
export function worthOf({ pools, gpus }: Mix, prices: Float64Array): number {
  let sum = 0
  for (let i = 0; i < pools.length; i++) sum += prices[pools[i]!]! * gpus[i]!
  return sum
}
