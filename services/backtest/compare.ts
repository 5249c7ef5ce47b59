import { blockBootstrap, type Interval } from './bootstrap.ts'
import type { PolicyResult } from './play-policy.ts'
import type { Knobs } from './policy.ts'
import type { Summary } from './summary.ts'
import { MOST_LATE, MOST_MISSED } from './tune.ts'

/** One policy over all reported runs, beside the rule of thumb and the floors. */
export interface ComparedPolicy {
  readonly policy: string
  readonly title: string
  readonly kind: PolicyResult['kind']
  readonly knobs: Knobs
  readonly trialCount: number
  readonly carbonG: number
  /** 1 - carbon / carbon of `static`, with its interval. */
  readonly saving: Interval
  /** Carbon over the clairvoyant's with whole replicas, and over the linear bound. */
  readonly toClairvoyant?: number
  readonly toBound?: number
  /** Of all requests, and the worst run's. */
  readonly lateShare: number
  readonly worstLateShare: number
  /** Whether it keeps both promises, so that its carbon may be compared. */
  readonly counts: boolean
  readonly sloPct: number
  readonly energyKwh: number
  readonly marginalG?: number
  /** The saving by the marginal record, where there is one. */
  readonly marginalSaving?: number
  readonly embodiedG: number
  /** The saving with manufacture counted, by the GPU-hour held. */
  readonly embodiedSaving: number
  readonly sciGPer1kTokens: number
  readonly costUsd: number
  readonly gpuHours: number
  readonly starts: number
  readonly meanLatencyMs: number
}

/** Of all reported windows together; what rounding takes off is not missed. */
const LEAST_SLO_PCT = 100 * (1 - MOST_MISSED) - 1e-9
/** From this many runs on they are the blocks of the bootstrap; below, their days are. */
const ENOUGH_RUNS = 4
const HOURS_PER_DAY = 24

export function comparePolicies(results: readonly PolicyResult[], seed: number): ComparedPolicy[] {
  const reference = results.find(({ policy }) => policy === 'static')
  const floor = results.find(({ policy }) => policy === 'clairvoyant')
  const floorG = floor && total(floor.runs, ({ carbonG }) => carbonG)
  const boundG = floor?.boundsG?.reduce((sum, value) => sum + value, 0)
  return results.map((result): ComparedPolicy => {
    const { runs } = result
    const carbonG = total(runs, (run) => run.carbonG)
    const hours = total(runs, (run) => run.hours)
    const meanOver = (of: (run: Summary) => number) =>
      total(runs, (run) => of(run) * run.hours) / Math.max(1, hours)
    const worstLateShare = Math.max(...runs.map((run) => run.lateShare))
    const sloPct = meanOver((run) => run.sloPct)
    return {
      policy: result.policy,
      title: result.title,
      kind: result.kind,
      knobs: result.knobs,
      trialCount: result.trials.length,
      carbonG,
      saving: blockBootstrap(blocksOf(reference?.runs ?? runs, runs), seed),
      ...(floorG !== undefined && { toClairvoyant: carbonG / floorG }),
      ...(boundG !== undefined && { toBound: carbonG / boundG }),
      lateShare: meanOver((run) => run.lateShare),
      worstLateShare,
      counts: keepsPromises({ lateShare: worstLateShare, sloPct }),
      sloPct,
      energyKwh: total(runs, (run) => run.energyKwh),
      ...marginalOf(reference?.runs ?? runs, runs),
      embodiedG: total(runs, (run) => run.embodiedG),
      embodiedSaving: savingOf(reference?.runs ?? runs, runs, (run) => run.carbonG + run.embodiedG),
      sciGPer1kTokens: meanOver((run) => run.sciGPer1kTokens),
      costUsd: total(runs, (run) => run.costUsd),
      gpuHours: total(runs, (run) => run.gpuHours),
      starts: total(runs, (run) => run.starts),
      meanLatencyMs: meanOver((run) => run.meanLatencyMs),
    }
  })
}

/** Whether so many requests and windows had capacity as is promised. */
export const keepsPromises = ({
  lateShare,
  sloPct,
}: Pick<Summary, 'lateShare' | 'sloPct'>): boolean =>
  lateShare <= MOST_LATE && sloPct >= LEAST_SLO_PCT

const total = (runs: readonly Summary[], of: (run: Summary) => number): number =>
  runs.reduce((sum, run) => sum + of(run), 0)

function savingOf(
  reference: readonly Summary[],
  runs: readonly Summary[],
  of: (run: Summary) => number,
): number {
  const referenceG = total(reference, of)
  return referenceG === 0 ? 0 : 1 - total(runs, of) / referenceG
}

function marginalOf(reference: readonly Summary[], runs: readonly Summary[]) {
  if (runs.some(({ marginalG }) => marginalG === undefined)) return {}
  const marginalG = total(runs, (run) => run.marginalG!)
  return { marginalG, marginalSaving: savingOf(reference, runs, (run) => run.marginalG!) }
}

type Pair = readonly [referenceG: number, policyG: number]

function blocksOf(reference: readonly Summary[], runs: readonly Summary[]): Pair[] {
  if (runs.length >= ENOUGH_RUNS) {
    return runs.map(({ carbonG }, i): Pair => [reference[i]!.carbonG, carbonG])
  }
  return runs.flatMap((run, i) => {
    const days = Math.max(1, Math.floor(run.hours / HOURS_PER_DAY))
    return Array.from(
      { length: days },
      (_, day): Pair => [dayG(reference[i]!, day), dayG(run, day)],
    )
  })
}

const dayG = ({ hourly }: Summary, day: number): number =>
  hourly.reduce((sum, { carbonG }) => {
    const hours = carbonG.slice(day * HOURS_PER_DAY, (day + 1) * HOURS_PER_DAY)
    return sum + hours.reduce((own, value) => own + value, 0)
  }, 0)
