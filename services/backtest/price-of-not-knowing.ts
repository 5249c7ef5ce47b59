import { levelSizes } from './best-of-level.ts'
import type { GridRecord } from './record.ts'
import { type Sizing, sizingOf } from './sizing.ts'
import { MOST_LATE, MOST_MISSED } from './tune.ts'

/**
 * Capacity-hours over what comes, mean of all models: what it takes to be ready, when what is decided a
 * minute into a window is ready before the next, and only windows begun are known.
 */
export interface PriceOfNotKnowing {
  /** Told the future. */
  readonly clairvoyant: number
  /** The best rule that looks at nothing but the level of traffic, told in hindsight: `bestOfLevel`. */
  readonly bestOfLevel: number
  /** The least flat head-room that keeps both promises, told in hindsight. */
  readonly flat: number
  /** That head-room itself, of the model that needs most. */
  readonly flatHeadroom: number
}

const SEARCH_STEPS = 30
const MOST_HEADROOM = 8

/** Of the traffic alone, no fleet in it: the origins of a model share its capacity. */
export function priceOfNotKnowing(records: readonly GridRecord[]): PriceOfNotKnowing {
  const sizings = records.flatMap((record) => record.demand.map((_, m) => sizingOf(record, m)))
  const sizes = levelSizes(records).flat()
  const mean = (of: (sizing: Sizing, index: number) => number) =>
    sizings.reduce((total, sizing, index) => total + of(sizing, index), 0) / sizings.length
  return {
    clairvoyant: mean(({ need, came }) => sum(need) / sum(came)),
    bestOfLevel: mean(({ came }, index) => sum(sizes[index]!) / sum(came)),
    flat: mean((sizing) => (leastHeadroom(sizing) * sum(sizing.known)) / sum(sizing.came)),
    flatHeadroom: Math.max(...sizings.map(leastHeadroom)),
  }
}

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0)

/** By bisection. */
function leastHeadroom(sizing: Sizing): number {
  let [low, high] = [0, MOST_HEADROOM]
  for (let step = 0; step < SEARCH_STEPS; step++) {
    const middle = (low + high) / 2
    if (keepsPromises(sizing, middle)) high = middle
    else low = middle
  }
  return high
}

function keepsPromises({ known, need, came }: Sizing, headroom: number): boolean {
  let [late, missed] = [0, 0]
  for (const [i, level] of known.entries()) {
    const short = need[i]! - headroom * level
    if (short <= 0) continue
    late += short
    missed += 1
  }
  return late <= MOST_LATE * sum(came) && missed <= MOST_MISSED * known.length
}
