import { FEATURES } from './features.ts'
import type { FittedGroup } from './fit-group.ts'
import type { Setting } from './measured-run.ts'
import { posteriorCovariance } from './posterior-covariance.ts'

const STEP_RESIDUAL = FEATURES.length - 1

/** What is left to learn of one part of the model, among candidates. */
interface Unknown {
  readonly covariance: Float64Array
  readonly noise: number
  /** How much one unit of this variance adds to those of throughput, power and energy. */
  readonly share: number
}

/**
 * Which candidates to measure next: greedy A-optimal design. Each pick removes the most variance,
 * summed over log throughput, log power, log J/token and all candidates,
 * sum_j C[j,i]^2 / (C[i,i] + noise^2), then C is updated for it. It depends on settings alone,
 * never on outcomes, so a first series is known before anything is measured.
 *
 * @param weights how much each candidate's error matters, e.g. the probability that a planner
 *   chooses it; equal by default
 * @returns indices into `candidates`, in the order to run them
 */
export function nextRuns(
  fitted: FittedGroup,
  candidates: readonly Setting[],
  count: number,
  weights: readonly number[] = candidates.map(() => 1),
): readonly number[] {
  const unknowns = unknownsOf(fitted, candidates)
  const chosen: number[] = []
  while (chosen.length < Math.min(count, candidates.length)) {
    const gains = candidates.map((_, i) =>
      chosen.includes(i) ? -1 : unknowns.reduce((sum, u) => sum + gainOf(u, i, weights), 0),
    )
    const best = gains.indexOf(Math.max(...gains))
    chosen.push(best)
    for (const unknown of unknowns) downdate(unknown, candidates.length, best)
  }
  return chosen
}

/** Power is given the step: what the step's error adds to power (w) and energy (1 + w) counts too. */
function unknownsOf(fitted: FittedGroup, candidates: readonly Setting[]): readonly Unknown[] {
  const w = fitted.outputs.power.weights[STEP_RESIDUAL]!
  const { step, power } = fitted.prior.outputs
  return [
    {
      covariance: posteriorCovariance(fitted, 'step', candidates),
      noise: step.noiseSd ** 2,
      share: 1 + w ** 2 + (1 + w) ** 2,
    },
    {
      covariance: posteriorCovariance(fitted, 'power', candidates),
      noise: power.noiseSd ** 2,
      share: 2,
    },
  ]
}

function gainOf({ covariance, noise, share }: Unknown, i: number, weights: readonly number[]) {
  const n = weights.length
  let sum = 0
  for (let j = 0; j < n; j++) sum += weights[j]! * covariance[j * n + i]! ** 2
  return (share * sum) / (covariance[i * n + i]! + noise)
}

/** C - c_i c_i' / (C_ii + noise): what is left to learn after measuring i. */
function downdate({ covariance: c, noise }: Unknown, n: number, i: number): void {
  const column = Float64Array.from({ length: n }, (_, j) => c[j * n + i]!)
  const scale = 1 / (column[i]! + noise)
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) c[a * n + b]! -= column[a]! * column[b]! * scale
  }
}
