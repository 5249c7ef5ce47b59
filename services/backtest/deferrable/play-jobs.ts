import { type BatchJob, placeJob, untouched, usageOf } from '../../batch/index.ts'
import type { Arena } from '../arena.ts'
import type { GridRecord } from '../record.ts'
import { type KnownAndTrue, outlooksOf } from './outlooks.ts'
import { deferrablePolicies } from './policies/index.ts'
import { runAnywhere } from './run-anywhere.ts'
import { type Run, runOnce } from './run-job.ts'
import { runRolling } from './run-rolling.ts'

/** All that is to be played, for one thread. */
export interface JobsJob {
  readonly arena: Arena
  /** With `outlook`. */
  readonly record: GridRecord
  readonly jobs: readonly BatchJob[]
}

/** How one rule did on all jobs; plain JSON. */
export interface DeferrableResult {
  readonly policy: string
  readonly title: string
  readonly source: string
  /** `peer`: a published rule, running at once among them. */
  readonly kind: 'peer' | 'ours' | 'floor'
  readonly jobs: number
  /** Ended after their deadline. */
  readonly lateJobs: number
  readonly energyKwh: number
  readonly carbonG: number
  /** 1 - carbon / carbon of running at once. */
  readonly saving: number
  /** End, against running at once: starts cost time, more GPUs save it. */
  readonly meanDelayHours: number
}

const HOUR_MS = 3_600_000
/** A deadline met to the millisecond is met. */
const SLACK_MS = 1
const asExpected = () => 1

type Named = Pick<DeferrableResult, 'policy' | 'title' | 'source' | 'kind'>

/** How a rule ran each job, and in which region; home where not said. */
interface Played {
  readonly named: Named
  readonly runs: readonly Run[]
  readonly regions?: readonly string[]
}

/**
 * Plays recorded jobs under every published rule, ours and the clairvoyant: each decides on forecasts
 * as they stood and is charged what came. Every start draws job power before it works.
 */
export function playJobs({ arena, record, jobs }: JobsJob): readonly DeferrableResult[] {
  if (jobs.length === 0) return []
  const grids = outlooksOf(arena, record)
  const gridOf = (job: BatchJob) => grids.get(job.regions[0]!)!
  const hours = jobs.map(({ work, levels }) => work / levels[0]!.workPerHour)
  const peers = deferrablePolicies(hours).map(
    ({ id, title, source, place }): Played => ({
      named: { policy: id, title, source, kind: 'peer' },
      runs: jobs.map((job) =>
        runOnce(job, place(job, gridOf(job).known(job.earliestStartMs)), asExpected),
      ),
    }),
  )
  const atOnce = peers.find(({ named }) => named.policy === 'run-now')!
  const played = [...peers, ...ownRules(arena, jobs, grids, atOnce.runs)]
  const reference = totals(atOnce, grids)
  return played.map((rule) => {
    const sums = totals(rule, grids)
    return {
      ...rule.named,
      jobs: jobs.length,
      lateJobs: sums.lateJobs,
      energyKwh: sums.energyKwh,
      carbonG: sums.carbonG,
      saving: reference.carbonG > 0 ? 1 - sums.carbonG / reference.carbonG : 0,
      meanDelayHours: (sums.endMs - reference.endMs) / HOUR_MS / jobs.length,
    }
  })
}

function ownRules(
  arena: Arena,
  jobs: readonly BatchJob[],
  grids: ReadonlyMap<string, KnownAndTrue>,
  atOnce: readonly Run[],
): readonly Played[] {
  const gridOf = (job: BatchJob) => grids.get(job.regions[0]!)!
  const anywhere = runAnywhere(arena, jobs, grids, atOnce, asExpected)
  return [
    {
      named: {
        policy: 'gridtide',
        title: 'Gridtide: starts, pieces and GPUs together, planned anew every hour',
        source: 'docs/batch.md',
        kind: 'ours',
      },
      runs: jobs.map((job) => runRolling(job, gridOf(job).known, asExpected)),
    },
    {
      named: {
        policy: 'gridtide-anywhere',
        title: 'Gridtide: the region too, within the GPUs that running at once needs there',
        source: 'docs/batch.md',
        kind: 'ours',
      },
      runs: anywhere.map(({ run }) => run),
      regions: anywhere.map(({ region }) => region),
    },
    {
      named: {
        policy: 'clairvoyant',
        title: 'The same planner told what comes, each job in its own region',
        source: 'floor',
        kind: 'floor',
      },
      runs: jobs.map((job) => toldTheFuture(job, gridOf(job))),
    },
  ]
}

function toldTheFuture(job: BatchJob, { truth }: KnownAndTrue): Run {
  const outlooks = new Map([[truth.region, truth]])
  const plan = placeJob(job, untouched(job), { nowMs: job.earliestStartMs, outlooks })!
  return runOnce(job, plan.pieces, asExpected)
}

function totals({ runs, regions }: Played, grids: ReadonlyMap<string, KnownAndTrue>) {
  const sums = { lateJobs: 0, energyKwh: 0, carbonG: 0, endMs: 0 }
  for (const [i, { job, pieces, endMs }] of runs.entries()) {
    const used = usageOf(job, pieces, grids.get(regions?.[i] ?? job.regions[0]!)!.truth)
    sums.energyKwh += used.energyKwh
    sums.carbonG += used.carbonG
    sums.endMs += endMs!
    sums.lateJobs += endMs! > job.deadline.atMs + SLACK_MS ? 1 : 0
  }
  return sums
}
