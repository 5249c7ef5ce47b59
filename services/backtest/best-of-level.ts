import type { GridRecord } from './record.ts'
import { type Sizing, sizingOf } from './sizing.ts'
import { MOST_MISSED } from './tune.ts'

/**
 * The best rule that looks at nothing but the level of traffic, made in hindsight: of all functions that
 * never fall as the level rises, the one that takes least capacity and is short in at most so many
 * windows. Found exactly, by a dynamic programme over where it rises, in order of level: at a window that
 * it serves in full, to that need.
 *
 * @param misses windows in which it may be short
 * @returns capacity by window, tokens/s
 */
export function bestOfLevel(
  { known, need }: Pick<Sizing, 'known' | 'need'>,
  misses: number,
): Float64Array {
  const order = [...known.keys()].sort((a, b) => known[a]! - known[b]!)
  // A place for every window, after one where nothing is ready and before the end.
  const heights = [0, ...order.map((window) => need[window]!), Number.POSITIVE_INFINITY]
  const capacity = new Float64Array(known.length)
  const rises = cheapestRises(heights, misses)
  for (const [at, from] of rises.slice(0, -1).entries()) {
    for (let place = Math.max(1, from); place < rises[at + 1]!; place++) {
      capacity[order[place - 1]!] = heights[from]!
    }
  }
  return capacity
}

/** @returns places at which the function rises to their height, first and last among them */
function cheapestRises(heights: readonly number[], misses: number): readonly number[] {
  const end = heights.length - 1
  const width = misses + 1
  const cost = new Float64Array(heights.length * width).fill(Number.POSITIVE_INFINITY)
  const cameFrom = new Int32Array(cost.length)
  cost[0] = 0
  for (let state = 0; state < end * width; state++) {
    const place = Math.floor(state / width)
    let missed = state % width
    for (let next = place + 1; next <= end && missed <= misses; next++) {
      if (heights[next]! <= heights[place]!) continue
      const spent = cost[state]! + heights[place]! * (next - place)
      const reached = next * width + missed
      if (spent < cost[reached]!) {
        cost[reached] = spent
        cameFrom[reached] = state
      }
      missed += 1
    }
  }
  const ends = cost.subarray(end * width)
  const rises = [end]
  for (let state = end * width + ends.indexOf(Math.min(...ends)); state > 0; ) {
    state = cameFrom[state]!
    rises.unshift(Math.floor(state / width))
  }
  return rises
}

/**
 * That rule for every model, one over all records, short in as many windows as is promised.
 *
 * @returns by record and model: capacity by simulated window, tokens/s
 */
export function levelSizes(records: readonly GridRecord[]): readonly (readonly Float64Array[])[] {
  const byModel = records[0]!.demand.map((_, model) => {
    const sizings = records.map((record) => sizingOf(record, model))
    const known = joined(sizings.map((sizing) => sizing.known))
    const need = joined(sizings.map((sizing) => sizing.need))
    const capacity = bestOfLevel({ known, need }, Math.floor(MOST_MISSED * known.length))
    let end = 0
    return sizings.map(({ came }) => {
      end += came.length
      return capacity.subarray(end - came.length, end)
    })
  })
  return records.map((_, r) => byModel.map((byRecord) => byRecord[r]!))
}

const joined = (parts: readonly Float64Array[]): Float64Array =>
  Float64Array.from(parts.flatMap((part) => [...part]))
