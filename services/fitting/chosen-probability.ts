import type { FittedGroup } from './fit-group.ts'
import { choleskyInPlace } from './gaussian-process.ts'
import type { Setting } from './measured-run.ts'
import { REQUEST_SPREAD } from './operating-points.ts'
import { passedOn } from './passed-on.ts'
import { posteriorCovariance } from './posterior-covariance.ts'
import { predict } from './predict.ts'
import type { Output } from './prior.ts'

export interface Promised {
  /** Promised 95th percentile of the time per output token, ms. */
  readonly tpotP95Ms: number
  /** Uniform numbers in [0, 1), seeded by the caller. */
  readonly random: () => number
  /** How many times the posterior is drawn from. */
  readonly draws?: number
}

const DRAWS = 400
/** Neighbouring candidates are all but one: their covariance needs a hair to factor. */
const JITTER = 1e-9

/**
 * How likely a planner would choose each candidate if it knew the truth: in joint draws from the
 * posterior, the share in which it has the least J/token of those that keep the promise. Where none
 * keeps it in a draw, the one with the shortest step is taken.
 *
 * @returns one share per candidate, adding up to 1
 */
export function chosenProbability(
  fitted: FittedGroup,
  candidates: readonly Setting[],
  { tpotP95Ms, random, draws = DRAWS }: Promised,
): readonly number[] {
  const { step, energy } = predict(fitted, candidates)
  const share = 1 + passedOn(fitted, 'power')
  const limit = Math.log(tpotP95Ms / REQUEST_SPREAD)
  const stepError = drawer(fitted, 'step', candidates, random)
  const powerError = drawer(fitted, 'power', candidates, random)
  const counts = candidates.map(() => 0)
  for (let draw = 0; draw < draws; draw++) {
    const [slower, hotter] = [stepError(), powerError()]
    const logStep = slower.map((error, i) => step.logMean[i]! + error)
    const logEnergy = slower.map((error, i) => energy.logMean[i]! + share * error + hotter[i]!)
    counts[choice(logStep, logEnergy, limit)]! += 1 / draws
  }
  return counts
}

function choice(logStep: Float64Array, logEnergy: Float64Array, limit: number): number {
  let best = -1
  let fastest = 0
  for (let i = 0; i < logStep.length; i++) {
    if (logStep[i]! < logStep[fastest]!) fastest = i
    if (logStep[i]! <= limit && (best < 0 || logEnergy[i]! < logEnergy[best]!)) best = i
  }
  return best < 0 ? fastest : best
}

/** Joint draws of what is wrong with an output's predictions, log units. */
function drawer(
  fitted: FittedGroup,
  output: Output,
  candidates: readonly Setting[],
  random: () => number,
): () => Float64Array {
  const n = candidates.length
  const factor = posteriorCovariance(fitted, output, candidates)
  for (let i = 0; i < n; i++) factor[i * n + i]! += JITTER
  choleskyInPlace(factor, n)
  return () => {
    const z = Array.from({ length: n }, () => normal(random))
    const error = new Float64Array(n)
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) error[i]! += factor[i * n + j]! * z[j]!
    return error
  }
}

/** A standard normal number (Box and Muller, 1958). */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
