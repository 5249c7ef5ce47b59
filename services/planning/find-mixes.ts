import type { Cell } from './cell.ts'
import { change, complete, load, replicaCost, ruin, type Taste, thin } from './cell-search.ts'
import { exactSeed } from './exact-seed.ts'
import { keyOf, type Mix, mixOf, worthOf } from './mix.ts'
import type { Trial } from './trial.ts'

/** Prices at which the search looks for mixes: as they are, ignored, and where GPUs are scarcer. */
const LEVELS = [1, 1.6, 5]
/** Attempts to improve each. */
const ATTEMPTS = 5
const NOISE = 0.3

/** Replicas by the model's bins. */
export type Seed = (b: number) => number

/**
 * Mixes of a cell that are good at some prices of GPUs: from each beginning, and from what is best but
 * for a few roundings, by ruin and recreate.
 * Schrimpf et al., "Record Breaking Optimization Results Using the Ruin and Recreate Principle",
 * J. Comput. Phys. 159 (2000).
 *
 * @param prices by pool, objective of a GPU
 * @param room by pool, GPUs that the cell may use
 * @param seeds replicas by the model's bins to begin from, too few or too many
 */
export function findMixes(
  cell: Cell,
  trial: Trial,
  prices: Float64Array,
  room: Float64Array,
  seeds: readonly (Seed | undefined)[],
  random: () => number,
): Mix[] {
  const found = new Map<number, Mix>()
  const free = new Float64Array(prices.length)
  const keep = () => {
    const key = keyOf(cell, trial.counts)
    if (found.has(key)) return
    const cost = replicaCost(cell, trial, free) + trial.loadCost
    found.set(key, mixOf(cell, trial.counts.subarray(0, cell.bins.length), cost))
  }
  const levels = prices.some((price) => price > 0) ? LEVELS : [1, 1]
  for (const [i, level] of levels.entries()) {
    const scaled = prices.map((price) => price * level * (i === 0 ? 1 : 0.7 + 0.6 * random()))
    const taste = { prices: scaled, room, noise: NOISE, random }
    descend(cell, trial, taste, seeds[i], keep)
    // At the prices themselves; where GPUs are scarcer, its neighbours are near enough.
    const exact = i === 0 && exactSeed(cell, scaled, cheapestAt(found.values(), scaled))
    if (exact) descend(cell, trial, taste, exact, keep)
  }
  // Where nothing fits, nothing is a beginning for what comes after.
  if (found.size === 0) return [mixOf(cell, new Int32Array(cell.bins.length), 0)]
  return [...found.values()]
}

const cheapestAt = (mixes: Iterable<Mix>, prices: Float64Array): number => {
  let least = Number.POSITIVE_INFINITY
  for (const mix of mixes) least = Math.min(least, mix.cost + worthOf(mix, prices))
  return least
}

/** Begins from a seed, or from nothing, and keeps every mix that is no dearer at the taste's prices. */
function descend(
  cell: Cell,
  trial: Trial,
  taste: Taste,
  seed: Seed | undefined,
  keep: () => void,
): void {
  trial.counts.fill(0)
  trial.used.fill(0)
  for (const [i, b] of cell.bins.entries()) {
    const room = Math.floor(
      (taste.room[cell.pool[i]!]! - trial.used[cell.pool[i]!]!) / cell.gpus[i]!,
    )
    if (seed) change(cell, trial, i, Math.max(0, Math.min(seed(b), room)))
  }
  if (!complete(cell, trial, { ...taste, noise: 0 })) return
  thin(cell, trial)
  load(cell, trial)
  keep()
  let best = replicaCost(cell, trial, taste.prices) + trial.loadCost
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    trial.saved.set(trial.counts)
    if (ruin(cell, trial, taste.random) && complete(cell, trial, taste)) {
      thin(cell, trial)
      load(cell, trial)
      const value = replicaCost(cell, trial, taste.prices) + trial.loadCost
      if (value < best * (1 + 1e-12)) {
        best = value
        keep()
        continue
      }
    }
    restore(cell, trial)
  }
}

function restore(cell: Cell, trial: Trial): void {
  for (let i = 0; i < cell.bins.length; i++) {
    const back = trial.saved[i]! - trial.counts[i]!
    if (back !== 0) change(cell, trial, i, back)
  }
}
