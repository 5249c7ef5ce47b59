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
  let left = 0
  for (let j = 0; j < weights.length; j++) {
    for (const shares of quantities) {
      let variance = 0
      for (let u = 0; u < shares.length; u++) variance += shares[u]! * variances[u]![j]!
      left += weights[j]! * sizeOf(variance)
    }
  }
  return left
}

/** C_jj - C_jS (C_SS + noise)^-1 C_Sj of every candidate j once a set S is measured. */
function variancesAfter(
  { covariance, noise }: Unknown,
  n: number,
  set: readonly number[],
): Float64Array {
  const k = set.length
  const factor = new Float64Array(k * k)
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) factor[i * k + j] = covariance[set[i]! * n + set[j]!]!
    factor[i * k + i]! += noise
  }
  choleskyInPlace(factor, k)
  const column = new Float64Array(k)
  const left = new Float64Array(n)
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < k; i++) column[i] = covariance[set[i]! * n + j]!
    forwardInPlace(factor, k, column)
    let variance = covariance[j * n + j]!
    for (let i = 0; i < k; i++) variance -= column[i]! ** 2
    left[j] = Math.max(variance, 0)
  }
  return left
}
