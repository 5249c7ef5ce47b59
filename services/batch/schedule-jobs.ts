import { finish, type Steps } from '../domain/steps.ts'
import { unlimited } from './capacity-ledger.ts'
import { holdGpus, type Ledgers } from './hold-gpus.ts'
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
 *
 * Where that leaves a job without the hours that it was promised, a second pass lets everybody hold
 * what it held before until its turn has come: whoever chooses has its own hours to fall back on, and
 * takes nothing that others need for their deadlines.
 */
export const scheduleJobs = (queued: readonly QueuedJob[], inputs: ScheduleInputs): BatchSchedule =>
  finish(schedulingSteps(queued, inputs))

/** `scheduleJobs`, with a pause after every few dozen jobs. */
export function* schedulingSteps(
  queued: readonly QueuedJob[],
  inputs: ScheduleInputs,
): Steps<BatchSchedule> {
  const ledgers = { ...inputs, ledger: inputs.ledger ?? unlimited }
  const ordered = orderJobs(queued)
  const schedule = yield* placeInTurn(ordered, ledgers)
  const promised = new Map(queued.flatMap((one) => promiseOf(one)))
  if (![...promised.keys()].some((id) => schedule.placements.get(id)?.safe !== true))
    return schedule
  for (const { job } of queued) {
    const placement = schedule.placements.get(job.id)
    if (placement) holdGpus(job, placement, ledgers, -1)
  }
  for (const { job } of queued) {
    const placement = promised.get(job.id)
    if (placement) holdGpus(job, placement, ledgers)
  }
  return yield* placeInTurn(ordered, ledgers, promised)
}

/** What a job holds that was promised its deadline. */
const promiseOf = ({ job, placement }: QueuedJob): [string, Placement][] =>
  placement?.safe && job.deadline.kind === 'hard' ? [[job.id, placement]] : []

/** Some ten milliseconds of work. */
const JOBS_A_STEP = 50
const NONE: ReadonlyMap<string, Placement> = new Map()

function* placeInTurn(
  ordered: readonly QueuedJob[],
  ledgers: ScheduleInputs & Ledgers,
  held = NONE,
): Steps<BatchSchedule> {
  const placements = new Map<string, Placement>()
  const unplaced = new Set<string>()
  const waitedFor = new Set(ordered.flatMap(({ job }) => job.after))
  const endsMs = new Map<string, number>()
  for (const [index, { job, progress }] of ordered.entries()) {
    if (index % JOBS_A_STEP === JOBS_A_STEP - 1) yield
    const before = held.get(job.id)
    if (before) holdGpus(job, before, ledgers, -1)
    const blocked = job.after.some((id) => unplaced.has(id))
    const ready = blocked ? undefined : startingAfter(job, endsMs)
    const placement = ready && placeJob(ready, progress, ledgers)
    if (!placement) {
      unplaced.add(job.id)
      continue
    }
    placements.set(job.id, placement)
    if (waitedFor.has(job.id)) endsMs.set(job.id, placement.pieces.at(-1)!.endMs)
    holdGpus(job, placement, ledgers)
  }
  return { placements, unplaced: [...unplaced] }
}

/** Not before those it comes after are expected to end. */
function startingAfter(job: BatchJob, endsMs: ReadonlyMap<string, number>): BatchJob {
  if (job.after.length === 0) return job
  const ends = job.after.flatMap((id) => endsMs.get(id) ?? [])
  return { ...job, earliestStartMs: Math.max(job.earliestStartMs, ...ends) }
}
