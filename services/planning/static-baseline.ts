import { durationOf } from '../domain/window.ts'
import type { OperatingPoint } from '../fitting/index.ts'
import type { Assignment, Plan } from './plan.ts'
import { plainTotals, pricePlan } from './price-plan.ts'
import type { OriginDemand, PlanningModel, PlanningProblem } from './problem.ts'

/** Room above the highest demand of the horizon, as far as it is expected to come. */
const HEADROOM = 1.2
const NODE_GPUS = 8

/**
 * The rule of thumb every plan is compared with: tensor parallel over all GPUs of a node, no power
 * cap, the largest batch, enough replicas for 1.2 times the peak in each origin's own region, all of
 * them on all the time; deferrable work spread evenly over its time. Sized as if the GPUs were there.
 */
export function staticBaseline(problem: PlanningProblem): Plan['baseline'] {
  const assignments = baselineAssignments(problem)
  const { predicted } = pricePlan(problem, assignments)
  return { name: 'static, tensor parallel over the node, peak x 1.2', ...plainTotals(predicted) }
}

/** Picks the one point that a static plan uses for a model in a region. */
export type PointChoice = (
  points: readonly OperatingPoint[],
  peakTokensPerSecond: number,
) => OperatingPoint | undefined

/** @param choose the rule of thumb by default */
export function baselineAssignments(
  problem: PlanningProblem,
  choose: PointChoice = ruleOfThumb,
): Assignment[] {
  return problem.models.flatMap((model) => {
    const byRegion = homeRates(problem, model)
    return [...byRegion].flatMap(([regionId, rates]) => {
      const region = problem.regions.find(({ id }) => id === regionId)!
      const gpus = new Set(region.pools.map(({ gpu }) => gpu))
      const peak = rates.coming.reduce((most, rate, t) => Math.max(most, rate + rates.batch[t]!), 0)
      const local = model.points.filter(({ variant }) => gpus.has(variant.gpu))
      const point = choose(local, peak)
      if (!point) return []
      const replicas = staticReplicas(point, peak)
      return problem.windows.map((_, window) => ({
        window,
        region: regionId,
        model: model.id,
        pointId: point.id,
        replicas,
        starts: 0,
        tokensPerSecond: rates.interactive[window]!,
        batchTokensPerSecond: rates.batch[window]!,
      }))
    })
  })
}

/** The largest tensor parallelism up to a node, then no pipeline, no cap, the largest batch. */
function ruleOfThumb(points: readonly OperatingPoint[]): OperatingPoint | undefined {
  const rank = ({ variant }: OperatingPoint): readonly number[] => [
    variant.tensorParallel <= NODE_GPUS ? variant.tensorParallel : 0,
    -variant.pipelineParallel,
    variant.powerCapWatts ?? Number.POSITIVE_INFINITY,
    variant.maxBatch,
  ]
  return points.reduce<OperatingPoint | undefined>(
    (best, point) => (!best || isAbove(rank(point), rank(best)) ? point : best),
    undefined,
  )
}

function isAbove(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index])
  return at >= 0 && a[at]! > b[at]!
}

export const staticReplicas = (point: OperatingPoint, peakTokensPerSecond: number): number =>
  Math.max(1, Math.ceil((HEADROOM * peakTokensPerSecond) / point.capacityTokensPerSecond))

interface Rates {
  readonly interactive: number[]
  /** Of these, what is expected to come: a rule of thumb has its own head-room. */
  readonly coming: number[]
  readonly batch: number[]
}

function homeRates(problem: PlanningProblem, model: PlanningModel): Map<string, Rates> {
  const rates = new Map<string, Rates>()
  const at = (region: string): Rates => {
    const zeros = () => problem.windows.map(() => 0)
    const found = rates.get(region) ?? { interactive: zeros(), coming: zeros(), batch: zeros() }
    rates.set(region, found)
    return found
  }
  for (const demand of model.demand) {
    const { interactive, coming } = at(homeOf(demand))
    for (const [t, rate] of demand.tokensPerSecond.entries()) {
      interactive[t]! += rate
      coming[t]! += demand.expectedTokensPerSecond?.[t] ?? rate
    }
  }
  for (const work of problem.batch.filter((candidate) => candidate.model === model.id)) {
    const windows = problem.windows.slice(work.firstWindow, work.deadlineWindow)
    const seconds = windows.reduce((sum, w) => sum + durationOf(w), 0)
    const { batch } = at(work.regions[0]!)
    for (const i of windows.keys()) batch[work.firstWindow + i]! += work.tokens / seconds
  }
  return rates
}

export const homeOf = ({ origin, regions }: OriginDemand): string =>
  regions.includes(origin) ? origin : regions[0]!
