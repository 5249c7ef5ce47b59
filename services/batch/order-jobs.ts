import { InvalidInput } from '../domain/errors.ts'
import { fastestLevel, slowestHours } from './durations.ts'
import type { BatchJob, JobProgress, Placement } from './job.ts'
import { HOUR_MS } from './outlook.ts'

/** A job that has not ended, and how far it is. */
export interface QueuedJob {
  readonly job: BatchJob
  readonly progress: JobProgress
  /** What it was promised before, if anything. */
  readonly placement?: Placement
}

/**
 * The order in which jobs choose their GPUs: what runs, of that first what may not be cut, then higher priority, then hard deadlines,
 * then whoever has to start first. Whoever is waited for inherits the priority of those who wait,
 * and a deadline that leaves them time at the slowest throughput, so it always comes before them.
 * Ids in `after` that are not among the jobs have ended.
 *
 * @throws InvalidInput where jobs wait for each other in a circle
 */
export function orderJobs(queued: readonly QueuedJob[]): readonly QueuedJob[] {
  const inherited = inheritFromWaiting(queued)
  const keyed = inherited.map((one) => ({ one, key: lastSafeStartMs(one) }))
  keyed.sort(
    (a, b) =>
      rank(b.one) - rank(a.one) ||
      b.one.job.priority - a.one.job.priority ||
      Number(b.one.job.deadline.kind === 'hard') - Number(a.one.job.deadline.kind === 'hard') ||
      a.key - b.key,
  )
  return keyed.map(({ one }) => one)
}

/** What may not be interrupted and runs keeps its GPUs, whoever else wants them. */
const rank = ({ job, progress }: QueuedJob): number =>
  progress.level === undefined ? 0 : job.interruptible ? 1 : 2

/** When a job must begin at its fastest level to end in time at the slowest throughput. */
function lastSafeStartMs({ job, progress }: QueuedJob): number {
  return job.deadline.atMs - slowestHours(job, progress.workLeft, fastestLevel(job)) * HOUR_MS
}

function inheritFromWaiting(queued: readonly QueuedJob[]): readonly QueuedJob[] {
  if (queued.every(({ job }) => job.after.length === 0)) return queued
  const byId = new Map(queued.map((one) => [one.job.id, one]))
  for (const id of whoWaitsFirst(queued)) {
    const waiting = byId.get(id)!
    for (const before of waiting.job.after) {
      const earlier = byId.get(before)
      if (earlier) byId.set(before, { ...earlier, job: inherit(earlier.job, waiting) })
    }
  }
  return [...byId.values()]
}

function inherit(job: BatchJob, waiting: QueuedJob): BatchJob {
  const atMs = Math.min(job.deadline.atMs, lastSafeStartMs(waiting))
  const hard = job.deadline.kind === 'hard' || waiting.job.deadline.kind === 'hard'
  return {
    ...job,
    priority: Math.max(job.priority, waiting.job.priority),
    deadline: hard ? { kind: 'hard', atMs } : { ...job.deadline, atMs },
  }
}

/** Ids in an order where whoever waits comes before those it waits for (Kahn, CACM 5, 1962). */
function whoWaitsFirst(queued: readonly QueuedJob[]): readonly string[] {
  const waiters = new Map(queued.map(({ job }) => [job.id, 0]))
  const known = ({ job }: QueuedJob) => job.after.filter((id) => waiters.has(id))
  for (const one of queued) for (const id of known(one)) waiters.set(id, waiters.get(id)! + 1)
  const byId = new Map(queued.map((one) => [one.job.id, one]))
  const order = queued.flatMap(({ job }) => (waiters.get(job.id) === 0 ? [job.id] : []))
  for (const id of order) {
    for (const before of known(byId.get(id)!)) {
      waiters.set(before, waiters.get(before)! - 1)
      if (waiters.get(before) === 0) order.push(before)
    }
  }
  if (order.length < queued.length) {
    const stuck = queued.find(({ job }) => !order.includes(job.id))!
    throw new InvalidInput(`job ${stuck.job.id} waits for itself, over the jobs it comes after`)
  }
  return order
}
