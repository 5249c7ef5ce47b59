import type { GridRecord } from './record.ts'
import { MOST_LATE, MOST_MISSED } from './tune.ts'

/**
 * Capacity-hours over what comes, mean of all models: what it takes to be ready, when what is decided at
 * the beginning of a window is ready in the next and only windows before are known.
 */
export interface PriceOfNotKnowing {
  /** Told the future. */
  readonly clairvoyant: number
  /** The best rule that looks at nothing but the level of traffic, told in hindsight; nothing missed. */
  readonly bestOfLevel: number
  /** The least flat head-room that keeps both promises, told in hindsight. */
  readonly flat: number
  /** That head-room itself, of the model that needs most. */
  readonly flatHeadroom: number
}

/** Of one model: tokens/s known, to be ready for, and coming, window by window. */
interface Sizing {
  readonly known: Float64Array
  readonly need: Float64Array
  readonly came: Float64Array
}

const SEARCH_STEPS = 30
const MOST_HEADROOM = 8

/** Of the traffic alone, no fleet in it: the origins of a model share its capacity. */
export function priceOfNotKnowing(records: readonly GridRecord[]): PriceOfNotKnowing {
  const sizings = records.flatMap(sizingsOf)
  const mean = (of: (sizing: Sizing) => number) =>
    sizings.reduce((total, sizing) => total + of(sizing), 0) / sizings.length
  return {
    clairvoyant: mean(({ need, came }) => sum(need) / sum(came)),
    bestOfLevel: mean((sizing) => envelope(sizing) / sum(sizing.came)),
    flat: mean((sizing) => (leastHeadroom(sizing) * sum(sizing.known)) / sum(sizing.came)),
    flatHeadroom: Math.max(...sizings.map(leastHeadroom)),
  }
}

function sizingsOf({ demand, leadWindows, windowCount }: GridRecord): Sizing[] {
  return demand.map((origins) => {
    const rateAt = (w: number) => origins.reduce((total, rates) => total + rates[w]!, 0)
    const over = (of: (w: number) => number) =>
      Float64Array.from({ length: windowCount - leadWindows - 1 }, (_, i) => of(leadWindows + i))
    return {
      known: over((w) => Math.max(rateAt(w - 1), rateAt(w - 2))),
      need: over((w) => Math.max(rateAt(w), rateAt(w + 1))),
      came: over(rateAt),
    }
  })
}

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0)

/** All the capacity of the least non-decreasing function of the known level that covers every need. */
function envelope({ known, need }: Sizing): number {
  const order = [...known.keys()].sort((a, b) => known[a]! - known[b]!)
  let most = 0
  let total = 0
  for (const i of order) {
    most = Math.max(most, need[i]!)
    total += most
  }
  return total
}

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
