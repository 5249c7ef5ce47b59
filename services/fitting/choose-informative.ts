import { choleskyInPlace, forwardInPlace } from './gaussian-process.ts'

/** What is left to learn of one part of a model, among candidates. */
export interface Unknown {
  /** n x n row-major, without noise. */
  readonly covariance: Float64Array
  /** Variance of one measurement. */
  readonly noise: number
}

/** What runs are to tell of every candidate. */
export interface Question {
  readonly unknowns: readonly Unknown[]
  /** One row per quantity: how much of each unknown's variance is in its own. */
  readonly quantities: readonly (readonly number[])[]
  /** How much a quantity of this variance leaves to learn; grows with it. */
  readonly sizeOf: (variance: number) => number
}

/**
 * The set of candidates whose measurement leaves least to learn: greedy picks, then swaps of one
 * pick for another candidate while any swap leaves less (Fedorov, 1972).
 *
 * @param weights how much each candidate matters
 * @returns indices, at most `count`, ordered so that each leaves the least after those before it
 */
export function chooseInformative(
  question: Question,
  weights: readonly number[],
  count: number,
): readonly number[] {
  const all = [...weights.keys()]
  const left = (set: readonly number[]) => leftAfter(question, weights, set)
  const swapped = swapWhileBetter(left, all, pickGreedily(left, all, count))
  return pickGreedily(left, swapped, count)
}

type Left = (set: readonly number[]) => number

function pickGreedily(left: Left, among: readonly number[], count: number): readonly number[] {
  const chosen: number[] = []
  while (chosen.length < Math.min(count, among.length)) {
    const open = among.filter((i) => !chosen.includes(i))
    const costs = open.map((i) => left([...chosen, i]))
    chosen.push(open[costs.indexOf(Math.min(...costs))]!)
  }
  return chosen
}

/** A swap must gain more than rounding, or the search would not end. */
const LEAST_GAIN = 1 + 1e-9

function swapWhileBetter(
  left: Left,
  all: readonly number[],
  start: readonly number[],
): readonly number[] {
  let set = start
  let cost = left(set)
  const trySwap = (place: number, other: number): void => {
    if (set.includes(other)) return
    const tried = set.with(place, other)
    const now = left(tried)
    if (now * LEAST_GAIN < cost) [set, cost] = [tried, now]
  }
  let before: readonly number[]
  do {
    before = set
    for (const place of start.keys()) for (const other of all) trySwap(place, other)
  } while (set !== before)
  return set
}

/** Summed over candidates, by weight, and over quantities. */
function leftAfter(
  { unknowns, quantities, sizeOf }: Question,
  weights: readonly number[],
  set: readonly number[],
): number {
  const variances = unknowns.map((unknown) => variancesAfter(unknown, weights.length, set))
  return weights.reduce((total, weight, j) => {
    const sizes = quantities.map((shares) =>
      sizeOf(shares.reduce((sum, share, u) => sum + share * variances[u]![j]!, 0)),
    )
    return total + weight * sizes.reduce((sum, size) => sum + size, 0)
  }, 0)
}

/** C_jj - C_jS (C_SS + noise)^-1 C_Sj of every candidate j once a set S is measured. */
function variancesAfter(
  { covariance, noise }: Unknown,
  n: number,
  set: readonly number[],
): Float64Array {
  const k = set.length
  const factor = Float64Array.from({ length: k * k }, (_, at) => {
    const [i, j] = [Math.floor(at / k), at % k]
    return covariance[set[i]! * n + set[j]!]! + (i === j ? noise : 0)
  })
  choleskyInPlace(factor, k)
  const column = new Float64Array(k)
  return Float64Array.from({ length: n }, (_, j) => {
    for (let i = 0; i < k; i++) column[i] = covariance[set[i]! * n + j]!
    forwardInPlace(factor, k, column)
    let left = covariance[j * n + j]!
    for (let i = 0; i < k; i++) left -= column[i]! ** 2
    return Math.max(left, 0)
  })
}
