import { choleskyInPlace, forwardInPlace } from './gaussian-process.ts'

/** What is left to learn of one part of a model, among candidates. */
export interface Unknown {
  /** n x n row-major, without noise. */
  readonly covariance: Float64Array
  /** Variance of one measurement. */
  readonly noise: number
  /** How much one unit of this variance adds to what is asked. */
  readonly share: number
}

/**
 * The set of candidates whose measurement removes the most variance: greedy picks, then swaps of
 * one pick for another candidate while any swap removes more (Fedorov, 1972).
 *
 * @param weights how much each candidate's variance matters
 * @returns indices, at most `count`, ordered so that each removes the most after those before it
 */
export function chooseInformative(
  unknowns: readonly Unknown[],
  weights: readonly number[],
  count: number,
): readonly number[] {
  const all = weights.map((_, i) => i)
  const greedy = pickGreedily(unknowns, weights, all, count)
  const swapped = swapWhileBetter(unknowns, weights, greedy)
  return pickGreedily(unknowns, weights, swapped, count)
}

/** Picks one after another: sum_j w_j C[j,i]^2 / (C[i,i] + noise), then C is updated for it. */
function pickGreedily(
  unknowns: readonly Unknown[],
  weights: readonly number[],
  among: readonly number[],
  count: number,
): readonly number[] {
  const left = unknowns.map((unknown) => ({ ...unknown, covariance: unknown.covariance.slice() }))
  const chosen: number[] = []
  while (chosen.length < Math.min(count, among.length)) {
    const open = among.filter((i) => !chosen.includes(i))
    const gains = open.map((i) => left.reduce((sum, u) => sum + gainOf(u, i, weights), 0))
    const best = open[gains.indexOf(Math.max(...gains))]!
    chosen.push(best)
    for (const unknown of left) downdate(unknown, weights.length, best)
  }
  return chosen
}

function gainOf({ covariance, noise, share }: Unknown, i: number, weights: readonly number[]) {
  const n = weights.length
  let sum = 0
  for (let j = 0; j < n; j++) sum += weights[j]! * covariance[i * n + j]! ** 2
  return (share * sum) / (covariance[i * n + i]! + noise)
}

/** C - c_i c_i' / (C_ii + noise): what is left to learn after measuring i. */
function downdate({ covariance: c, noise }: Unknown, n: number, i: number): void {
  const column = c.slice(i * n, (i + 1) * n)
  const scale = 1 / (column[i]! + noise)
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) c[a * n + b]! -= column[a]! * column[b]! * scale
  }
}

/** A swap must gain more than rounding, or the search would not end. */
const LEAST_GAIN = 1 + 1e-9

function swapWhileBetter(
  unknowns: readonly Unknown[],
  weights: readonly number[],
  start: readonly number[],
): readonly number[] {
  let set = start
  let removed = removedBy(unknowns, weights, set)
  const trySwap = (place: number, other: number): void => {
    if (set.includes(other)) return
    const tried = set.with(place, other)
    const now = removedBy(unknowns, weights, tried)
    if (now > removed * LEAST_GAIN) [set, removed] = [tried, now]
  }
  let before: readonly number[]
  do {
    before = set
    for (const place of start.keys()) for (const other of weights.keys()) trySwap(place, other)
  } while (set !== before)
  return set
}

/** Weighted variance that measuring a set removes: sum_j w_j C_jS (C_SS + noise)^-1 C_Sj. */
function removedBy(
  unknowns: readonly Unknown[],
  weights: readonly number[],
  set: readonly number[],
): number {
  const n = weights.length
  const k = set.length
  const column = new Float64Array(k)
  return unknowns.reduce((total, { covariance, noise, share }) => {
    const factor = Float64Array.from({ length: k * k }, (_, at) => {
      const [i, j] = [Math.floor(at / k), at % k]
      return covariance[set[i]! * n + set[j]!]! + (i === j ? noise : 0)
    })
    choleskyInPlace(factor, k)
    let sum = 0
    for (let j = 0; j < n; j++) {
      for (let i = 0; i < k; i++) column[i] = covariance[set[i]! * n + j]!
      forwardInPlace(factor, k, column)
      for (let i = 0; i < k; i++) sum += weights[j]! * column[i]! ** 2
    }
    return total + share * sum
  }, 0)
}
