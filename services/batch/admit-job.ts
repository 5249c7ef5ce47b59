import { unlimited } from './capacity-ledger.ts'
import { type BatchJob, type JobProgress, type Placement, untouched } from './job.ts'
import { type PlaceOptions, placeJob } from './place-job.ts'
import { type Need, soonestEndMs } from './soonest-end.ts'

/** The answer to a job that is handed in. */
export type Admission =
  | { readonly status: 'feasible'; readonly placement: Placement }
  | {
      readonly status: 'infeasible'
      /** What forbids it. */
      readonly limit: 'deadline' | 'capacity' | 'budget'
      readonly words: string
      /** The first deadline that could be promised; undefined where none within two weeks can. */
      readonly earliestDeadlineMs?: number
    }

/**
 * Can this job be promised, beside what the ledger holds already? A hard deadline is promised only
 * if it is kept at the slowest throughput; a soft one if there are GPUs and money at all.
 *
 * @param progress how far it has come; nowhere unless said
 */
export function admitJob(
  job: BatchJob,
  options: PlaceOptions,
  progress: JobProgress = untouched(job),
): Admission {
  const placement = placeJob(job, progress, options)
  if (placement && (placement.safe || job.deadline.kind === 'soft')) {
    return { status: 'feasible', placement }
  }
  const { budgetUsd: _budget, ...unbounded } = job
  const affordable = placement !== undefined || job.budgetUsd === undefined
  if (!affordable && placeJob(unbounded, progress, options)?.safe) {
    const words = `no placement costs ${job.budgetUsd} USD or less`
    return { status: 'infeasible', limit: 'budget', words }
  }
  return tooLate(whatIsLeft(job, progress), options)
}

/** The rest of a job, as a job of its own. */
const whatIsLeft = (job: BatchJob, { workLeft, region }: JobProgress): BatchJob => ({
  ...job,
  work: workLeft,
  regions: region === undefined ? job.regions : [region],
})

function tooLate(job: BatchJob, { nowMs, outlooks, ledger = unlimited }: PlaceOptions): Admission {
  const soonest = (over: Need['ledger']): number =>
    Math.min(
      ...job.regions.map((region) =>
        soonestEndMs({ job, nowMs, outlook: outlooks.get(region)!, ledger: over }),
      ),
    )
  // The next whole second: what is asked for again must not fail by a rounding of floats.
  const earliestDeadlineMs = (Math.floor(soonest(ledger) / 1_000) + 1) * 1_000
  const alone = soonest(unlimited)
  const limit = alone <= job.deadline.atMs ? 'capacity' : 'deadline'
  const why = limit === 'capacity' ? 'other jobs hold the GPUs it would need' : late(job, nowMs)
  if (!Number.isFinite(earliestDeadlineMs)) {
    return { status: 'infeasible', limit, words: `${why}; nothing is free within two weeks` }
  }
  const words = `${why}; the earliest deadline that can be promised is ${new Date(earliestDeadlineMs).toISOString()}`
  return { status: 'infeasible', limit, words, earliestDeadlineMs }
}

/** Why a job is too late though it were alone. */
function late({ deadline, earliestStartMs }: BatchJob, nowMs: number): string {
  if (deadline.atMs <= nowMs) return 'its deadline is past'
  if (deadline.atMs <= earliestStartMs) return 'it may not start before its deadline'
  return 'it takes longer at the slowest throughput, even alone'
}
