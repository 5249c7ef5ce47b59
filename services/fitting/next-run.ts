import type { FittedGroup } from './fit-group.ts'
import type { Setting } from './measured-run.ts'
import { posteriorCovariance } from './posterior-covariance.ts'

const WATCHED = ['step', 'power'] as const

/**
 * Which candidates to measure next: greedy A-optimal design. Each pick removes the most variance,
 * summed over log throughput, log power and all candidates,
 * sum_j C[j,i]^2 / (C[i,i] + noise^2), then C is updated for it. It depends on settings alone, never
 * on outcomes, so a first series is known before anything is measured.
 *
 * @param weights how much each candidate's error matters; equal by default
 * @returns indices into `candidates`, in the order to run them
 */
export function nextRuns(
  fitted: FittedGroup,
  candidates: readonly Setting[],
  count: number,
  weights: readonly number[] = candidates.map(() => 1),
): readonly number[] {
  const n = candidates.length
  const states = WATCHED.map((output) => ({
    noise: fitted.prior.outputs[output].noiseSd ** 2,
    c: posteriorCovariance(fitted, output, candidates),
  }))
  const chosen: number[] = []
  while (chosen.length < Math.min(count, n)) {
    let best = -1
    let bestGain = -1
    for (let i = 0; i < n; i++) {
      if (chosen.includes(i)) continue
      let gain = 0
      for (const { c, noise } of states) {
        let sum = 0
        for (let j = 0; j < n; j++) sum += weights[j]! * c[j * n + i]! ** 2
        gain += sum / (c[i * n + i]! + noise)
      }
      if (gain > bestGain) {
        best = i
        bestGain = gain
      }
    }
    chosen.push(best)
    for (const { c, noise } of states) downdate(c, n, best, noise)
  }
  return chosen
}

/** C - c_i c_i' / (C_ii + noise): what is left to learn after measuring i. */
function downdate(c: Float64Array, n: number, i: number, noise: number): void {
  const column = Float64Array.from({ length: n }, (_, j) => c[j * n + i]!)
  const scale = 1 / (column[i]! + noise)
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) c[a * n + b]! -= column[a]! * column[b]! * scale
  }
}
