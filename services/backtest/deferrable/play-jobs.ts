import { type BatchJob, placeJob, untouched, usageOf } from '../../batch/index.ts'
import type { Arena } from '../arena.ts'
import type { GridRecord } from '../record.ts'
import { type KnownAndTrue, outlooksOf } from './outlooks.ts'
import { deferrablePolicies } from './policies/index.ts'
import type { DeferrablePolicy } from './policy.ts'
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

interface Rule extends Pick<DeferrablePolicy, 'id' | 'title' | 'source'> {
  readonly run: (job: BatchJob, grid: KnownAndTrue) => Run
}

/**
 * Plays recorded jobs under every published rule, ours and the clairvoyant: each decides on forecasts
 * as they stood and is charged what came. Every start draws job power before it works.
 */
export function playJobs({ arena, record, jobs }: JobsJob): readonly DeferrableResult[] {
  if (jobs.length === 0) return []
  const grids = outlooksOf(arena, record)
  const hours = jobs.map(({ work, levels }) => work / levels[0]!.workPerHour)
  const played = rules(hours).map((rule) => ({
    rule,
    sums: totals(jobs, (job) => rule.run(job, grids.get(job.regions[0]!)!), grids),
  }))
  const { sums: reference } = played.find(({ rule }) => rule.id === 'run-now')!
  return played.map(({ rule: { id, title, source }, sums }) => ({
    policy: id,
    title,
    source,
    jobs: jobs.length,
    lateJobs: sums.lateJobs,
    energyKwh: sums.energyKwh,
    carbonG: sums.carbonG,
    saving: reference.carbonG > 0 ? 1 - sums.carbonG / reference.carbonG : 0,
    meanDelayHours: (sums.endMs - reference.endMs) / HOUR_MS / jobs.length,
  }))
}

function rules(hours: readonly number[]): readonly Rule[] {
  const peers = deferrablePolicies(hours).map(
    ({ place, ...named }): Rule => ({
      ...named,
      run: (job, { known }) => runOnce(job, place(job, known(job.earliestStartMs)), asExpected),
    }),
  )
  return [
    ...peers,
    {
      id: 'gridtide',
      title: 'Gridtide: starts, pieces and GPUs together, planned anew every hour',
      source: 'docs/batch.md',
      run: (job, { known }) => runRolling(job, known, asExpected),
    },
    {
      id: 'clairvoyant',
      title: 'The same planner told what comes',
      source: 'floor',
      run: (job, { truth }) => {
        const outlooks = new Map([[truth.region, truth]])
        const plan = placeJob(job, untouched(job), { nowMs: job.earliestStartMs, outlooks })!
        return runOnce(job, plan.pieces, asExpected)
      },
    },
  ]
}

function totals(
  jobs: readonly BatchJob[],
  run: (job: BatchJob) => Run,
  grids: ReadonlyMap<string, KnownAndTrue>,
) {
  const sums = { lateJobs: 0, energyKwh: 0, carbonG: 0, endMs: 0 }
  for (const job of jobs) {
    const { pieces, endMs } = run(job)
    const used = usageOf(job, pieces, grids.get(job.regions[0]!)!.truth)
    sums.energyKwh += used.energyKwh
    sums.carbonG += used.carbonG
    sums.endMs += endMs!
    sums.lateJobs += endMs! > job.deadline.atMs + SLACK_MS ? 1 : 0
  }
  return sums
}
