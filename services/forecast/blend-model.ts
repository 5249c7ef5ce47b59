import { dot, forget, learn, type Ridge, ridge, weightsOf } from './ridge.ts'

/**
 * One forecast out of several, by how well each has done at this lead.
 *
 * Two regressions learn to combine the experts, one on values relative to the truth, one on their
 * logarithms with a constant for bias; a hedge (Freund and Schapire, J. Comput. Syst. Sci. 55, 1997)
 * then mixes them with the plain experts by relative regret, so that a regression that has not
 * learnt yet, or has learnt something untrue, loses its say. Cold, it answers near the first expert.
 *
 * Mutable on purpose: it is a running sum, private to the function that trains it.
 */
export interface BlendModel {
  readonly style: BlendStyle
  /** By bucket of three lead hours: errors depend on the hour of the day as much as on the lead. */
  readonly linear: readonly Ridge[]
  readonly logarithmic: readonly Ridge[]
  /** By lead day: decayed absolute relative error of each candidate. */
  readonly losses: readonly number[][]
  /** Weights, worked out once after each learning. */
  readonly weights: Map<number, BucketWeights>
  readonly shares: Map<number, readonly number[]>
}

interface BucketWeights {
  readonly linear: readonly number[]
  readonly logarithmic: readonly number[]
}

/** How the experts are read before anything is known. The first expert leads. */
export interface BlendStyle {
  readonly linearPrior: readonly number[]
  readonly logarithmicPrior: readonly number[]
  /** Prior say of: first expert, second expert, linear, logarithmic. */
  readonly sharePrior: readonly [number, number, number, number]
}

/** Experts: provider, week's mean, yesterday, climatology. */
export const WITH_PROVIDER: BlendStyle = {
  linearPrior: [0.8, 0.1, 0.05, 0.05],
  logarithmicPrior: [0.1, 0.05, 0.05, 0],
  sharePrior: [0.4, 0.1, 0.25, 0.25],
}
/** Experts: week's mean, yesterday, climatology. */
export const WITHOUT_PROVIDER: BlendStyle = {
  linearPrior: [0.5, 0.3, 0.2],
  logarithmicPrior: [0.3, 0.2, 0],
  sharePrior: [0.3, 0.1, 0.3, 0.3],
}

export const LONGEST_LEAD_HOURS = 168
const BUCKET_HOURS = 3
const DAY_HOURS = 24
/** Half of what was learnt is forgotten in 34 days: weather regimes and fleets change. */
const DAILY_MEMORY = 0.98
const LINEAR_STRENGTH = 1
const LOGARITHMIC_STRENGTH = 0.5
/** Scale of the bias column, so that the ridge restrains it like the others. */
const BIAS_FEATURE = 0.1
/** How fast a candidate loses its say per relative regret. */
const HEDGE_RATE = 10
/** Regret below this much error (a day's worth of 2 %) is noise. */
const HEDGE_FLOOR = 0.02

export function blendModel(style: BlendStyle): BlendModel {
  const buckets = Array.from({ length: LONGEST_LEAD_HOURS / BUCKET_HOURS })
  return {
    style,
    linear: buckets.map(() => ridge(style.linearPrior, LINEAR_STRENGTH)),
    logarithmic: buckets.map(() => ridge(style.logarithmicPrior, LOGARITHMIC_STRENGTH)),
    losses: Array.from({ length: LONGEST_LEAD_HOURS / DAY_HOURS }, () => [0, 0, 0, 0]),
    weights: new Map(),
    shares: new Map(),
  }
}

/** Ages all that was learnt by `days`. */
export function ageBlend(model: BlendModel, days: number): void {
  const factor = DAILY_MEMORY ** days
  for (const each of [...model.linear, ...model.logarithmic]) forget(each, factor)
  for (const losses of model.losses) {
    for (const index of losses.keys()) losses[index]! *= factor
  }
  model.weights.clear()
  model.shares.clear()
}

const bucketOf = (lead: number): number => Math.floor(lead / BUCKET_HOURS)
const dayOf = (lead: number): number => Math.floor(lead / DAY_HOURS)

/** Logarithms relative to the first expert's, and a constant. */
function logFeatures(experts: readonly number[], floorG: number): readonly number[] {
  const [first, ...others] = experts.map((value) => Math.log(Math.max(value, floorG)))
  return [...others.map((value) => value - first!), BIAS_FEATURE]
}

/**
 * What each candidate says of one hour: first expert, second expert, linear, logarithmic.
 *
 * @param floorG values below it are treated as it where a ratio is taken
 */
export function candidates(
  model: BlendModel,
  lead: number,
  experts: readonly number[],
  floorG: number,
): readonly [number, number, number, number] {
  const bucket = bucketOf(lead)
  let weights = model.weights.get(bucket)
  if (!weights) {
    weights = {
      linear: weightsOf(model.linear[bucket]!),
      logarithmic: weightsOf(model.logarithmic[bucket]!),
    }
    model.weights.set(bucket, weights)
  }
  const base = Math.max(experts[0]!, floorG)
  return [
    experts[0]!,
    experts[1]!,
    dot(weights.linear, experts),
    base * Math.exp(dot(weights.logarithmic, logFeatures(experts, floorG))),
  ]
}

/** The blended value of one hour. */
export function blendOf(
  model: BlendModel,
  lead: number,
  experts: readonly number[],
  floorG: number,
): number {
  return mixOf(model, lead, candidates(model, lead, experts, floorG))
}

/** The hedge's mix of what the candidates say. */
export const mixOf = (model: BlendModel, lead: number, said: readonly number[]): number =>
  dot(sharesOf(model, dayOf(lead)), said)

function sharesOf(model: BlendModel, day: number): readonly number[] {
  const known = model.shares.get(day)
  if (known) return known
  const losses = model.losses[day]!
  const best = Math.min(...losses)
  const raw = losses.map(
    (loss, index) =>
      model.style.sharePrior[index]! *
      Math.exp((-HEDGE_RATE * (loss - best)) / (best + HEDGE_FLOOR)),
  )
  const total = raw.reduce((sum, value) => sum + value, 0)
  const shares = raw.map((value) => value / total)
  model.shares.set(day, shares)
  return shares
}

/** One hour of one earlier issue, and what came. */
export interface Lesson {
  readonly lead: number
  readonly experts: readonly number[]
  readonly actualG: number
  /** What the candidates said when the forecast was made. */
  readonly said: readonly number[]
}

/** Learns from hours that have come true since. Call `ageBlend` first, once for all of them. */
export function teachBlend(model: BlendModel, lesson: Lesson, floorG: number): void {
  const { lead, experts, actualG, said } = lesson
  const scale = Math.max(Math.abs(actualG), floorG)
  const bucket = bucketOf(lead)
  const relative = experts.map((value) => value / scale)
  learn(model.linear[bucket]!, relative, actualG / scale)
  const target = Math.log(Math.max(actualG, floorG) / Math.max(experts[0]!, floorG))
  learn(model.logarithmic[bucket]!, logFeatures(experts, floorG), target)
  const losses = model.losses[dayOf(lead)]!
  for (const [index, value] of said.entries()) {
    losses[index]! += Math.abs(value - actualG) / scale / DAY_HOURS
  }
}
