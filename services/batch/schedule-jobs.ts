import { unlimited } from './capacity-ledger.ts'
import { holdGpus } from './hold-gpus.ts'
import type { BatchJob, Placement } from './job.ts'
import { orderJobs, type QueuedJob } from './order-jobs.ts'
import { type PlaceOptions, placeJob } from './place-job.ts'

/** The ledgers lose what the schedule uses. */
export type ScheduleInputs = PlaceOptions

export interface BatchSchedule {
  readonly placements: ReadonlyMap<string, Placement>
  /** Ids of jobs that no region has GPUs or money for in their time, or that wait for such. */
  readonly unplaced: readonly string[]
}

/**
 * Places every job, each with what those before it in `orderJobs` left. One pass, so time grows
 * with the number of jobs; made anew each window, from how far each job has really come.
 */
export function scheduleJobs(queued: readonly QueuedJob[], inputs: ScheduleInputs): BatchSchedule {
  const ledgers = { ...inputs, ledger: inputs.ledger ?? unlimited }
  const placements = new Map<string, Placement>()
  const unplaced = new Set<string>()
  const waitedFor = new Set(queued.flatMap(({ job }) => job.after))
  const endsMs = new Map<string, number>()
  for (const { job, progress } of orderJobs(queued)) {
    const blocked = job.after.some((id) => unplaced.has(id))
    const ready = blocked ? undefined : startingAfter(job, endsMs)
    const placement = ready && placeJob(ready, progress, ledgers)
    if (!placement) {
      unplaced.add(job.id)
      continue
    }
    placements.set(job.id, placement)
    if (waitedFor.has(job.id)) endsMs.set(job.id, placement.pieces.at(-1)!.endMs)
    holdGpus(job, progress, placement, ledgers)
  }
  return { placements, unplaced: [...unplaced] }
}

/** Not before those it comes after are expected to end. */
function startingAfter(job: BatchJob, endsMs: ReadonlyMap<string, number>): BatchJob {
  if (job.after.length === 0) return job
  const ends = job.after.flatMap((id) => endsMs.get(id) ?? [])
  return { ...job, earliestStartMs: Math.max(job.earliestStartMs, ...ends) }
}
