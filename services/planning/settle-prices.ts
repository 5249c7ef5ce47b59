import { type Choice, choiceCost, pickFavourites } from './choice.ts'

const STEPS = 120
/** Steps without a better value before they get shorter. */
const PATIENCE = 8
const SHORTER = 0.6
/** First step, as a share of the value: what whole replicas cost above fractional ones, roughly. */
const FIRST_STEP = 0.05
/** How far prices may move from where their mixes were found: elsewhere other mixes are missing. */
const LOWEST = 0.6
const HIGHEST = 1.6
const FROM_ZERO = 0.1

export interface Settled {
  readonly prices: Float64Array
  /** Lagrangian value over the options: at the first prices, and the best found. */
  readonly firstValue: number
  readonly value: number
}

/**
 * Prices of GPUs at which the favourites of all models fit the pools best: subgradient steps with
 * Polyak's length inside a box around the first prices. Leaves the last favourites in `choice`.
 *
 * Held, Wolfe and Crowder, "Validation of subgradient optimization", Math. Prog. 6 (1974).
 */
export function settlePrices(choice: Choice, start: Float64Array): Settled {
  const { room, used } = choice
  const prices = start.slice()
  const first = look(choice, prices)
  let best = { prices: prices.slice(), value: first.value }
  const perGpu = choiceCost(choice) / used.reduce((a, b) => a + b, 0)
  let norm = first.norm
  let scale = FIRST_STEP
  let stale = 0
  for (let step = 0; step < STEPS && norm > 0; step++) {
    const length = (scale * Math.abs(best.value)) / norm
    for (let p = 0; p < room.length; p++) {
      const next = prices[p]! + length * (used[p]! - room[p]!)
      const most = HIGHEST * start[p]! + FROM_ZERO * perGpu
      prices[p] = Math.max(LOWEST * start[p]!, Math.min(next, most))
    }
    const seen = look(choice, prices)
    norm = seen.norm
    stale++
    if (seen.value > best.value * (1 + 1e-6)) {
      best = { prices: prices.slice(), value: seen.value }
      stale = 0
    } else if (stale >= PATIENCE) {
      scale *= SHORTER
      stale = 0
      prices.set(best.prices)
      norm = look(choice, prices).norm
    }
  }
  return { ...best, firstValue: first.value }
}

/** The Lagrangian value at the prices, and the squared length of its subgradient. */
function look(choice: Choice, prices: Float64Array): { value: number; norm: number } {
  pickFavourites(choice, prices)
  const { room, used } = choice
  let value = choiceCost(choice)
  let norm = 0
  for (let p = 0; p < room.length; p++) {
    const over = used[p]! - room[p]!
    value += prices[p]! * over
    if (prices[p]! > 0 || over > 0) norm += over * over
  }
  return { value, norm }
}
