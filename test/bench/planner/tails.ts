import { describeFor, fitGroup } from '../../../services/fitting/fit-group.ts'
import {
  catalogueArchitectures,
  catalogueGpu,
  operatingPoints,
  predict,
  shippedPrior,
} from '../../../services/fitting/index.ts'
import { TERMS } from '../../../services/fitting/physics-terms.ts'
import { random } from '../../../services/planning/index.ts'
import { simulateAttainment } from './slot-simulation.ts'

const PERCENTILE = 0.95
const WINDOWS = 6
const WINDOW_MS = 900_000
/** Demand is planned at its upper 95 % quantile. */
const Z95 = 1.6449

export interface Attainment {
  readonly scenarios: number
  /** Scenarios in which at least the promised share of first tokens came in time. */
  readonly reachedPct: number
  readonly worstPct: number
  /** The same fleets sized by throughput alone, and how many more replicas tails take. */
  readonly reachedByThroughputPct: number
  readonly moreReplicasPct: number
}

/**
 * Random models, layouts, workloads and promises. Truth is drawn from the fit's posterior (step and
 * first token), demand of each window from its distribution; replicas are sized before either is
 * known, at the demand's quantile.
 */
export function simulateTails(scenarios: number): Attainment {
  const tally = { reached: 0, plain: 0, worst: 1, replicas: 0, plainReplicas: 0 }
  let done = 0
  for (let seed = 1; done < scenarios; seed++) {
    const scenario = draw(seed)
    if (!scenario) continue
    done++
    const { sized, byThroughput, batches, attain } = scenario
    const share = attain(sized, batches[0])
    tally.worst = Math.min(tally.worst, share)
    if (share >= PERCENTILE) tally.reached++
    if (attain(byThroughput, batches[1]) >= PERCENTILE) tally.plain++
    tally.replicas += sized
    tally.plainReplicas += byThroughput
  }
  return {
    scenarios,
    reachedPct: (100 * tally.reached) / scenarios,
    worstPct: 100 * tally.worst,
    reachedByThroughputPct: (100 * tally.plain) / scenarios,
    moreReplicasPct: 100 * (tally.replicas / tally.plainReplicas - 1),
  }
}

function draw(seed: number) {
  const dice = random(seed)
  const between = (low: number, high: number) => low + dice() * (high - low)
  const normal = () => Math.sqrt(-2 * Math.log(1 - dice())) * Math.cos(2 * Math.PI * dice())
  const architecture = catalogueArchitectures[Math.floor(dice() * catalogueArchitectures.length)]!
  const fitted = fitGroup([], architecture, catalogueGpu('H100'), shippedPrior)
  const workload = { inputTokens: between(100, 3000), outputTokens: between(50, 600) }
  const slo = { ttftP95Ms: between(300, 4000), tpotP95Ms: between(25, 120) }
  const query = { fitted, variants: 'auto', workload } as const
  const points = operatingPoints({ ...query, slo: { ...slo, waitPercentile: PERCENTILE } })
  const point = points[Math.floor(dice() * points.length)]
  const plain = operatingPoints({ ...query, slo }).find(
    ({ variant }) =>
      variant.tensorParallel === point?.variant.tensorParallel &&
      variant.pipelineParallel === point.variant.pipelineParallel,
  )
  if (!point || !plain) return undefined
  const spread = between(0.05, 0.3)
  const mean = point.capacityTokensPerSecond * between(0.3, 5)
  const planned = mean * Math.exp(Z95 * spread)
  const rates = Array.from(
    { length: WINDOWS },
    () => (mean * Math.exp(spread * normal())) / workload.outputTokens,
  )
  const [stepError, firstTokenError] = [normal(), normal()]
  const truthOf = (batch: number) => {
    const settings = [{ ...point.variant, batch, ...workload }]
    const described = describeFor(fitted, settings)
    const { step } = predict(fitted, settings, described)
    const perStepMs = described.terms[TERMS.indexOf('prefill')]!
    const { firstToken } = fitted.prior
    const prompt = firstToken.prefill * ((perStepMs * workload.outputTokens) / batch)
    return {
      slots: batch,
      stepMs: Math.exp(step.logMean[0]! + stepError * step.logSd[0]!),
      prefillMs: prompt * Math.exp(firstTokenError * firstToken.logSd),
      stepsWaited: firstToken.steps,
    }
  }
  const replicasOf = (capacity: number) => Math.max(1, Math.ceil(planned / capacity))
  const sized = replicasOf(point.capacityTokensPerSecond)
  const byThroughput = replicasOf(plain.capacityTokensPerSecond)
  return {
    sized,
    byThroughput,
    batches: [point.variant.maxBatch, plain.variant.maxBatch] as const,
    attain: (replicas: number, batch: number) =>
      simulateAttainment(
        {
          replicas,
          outputTokens: workload.outputTokens,
          ...truthOf(batch),
        },
        {
          requestsPerSecond: rates,
          windowMs: WINDOW_MS,
          ttftMs: slo.ttftP95Ms,
          random: random(seed + 1_000_000),
        },
      ),
  }
}
