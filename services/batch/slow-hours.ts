import type { CapacityLedger } from './capacity-ledger.ts'
import { fastestLevel, slowestHours } from './durations.ts'
import { type BatchJob, type JobProgress, ownLevel, type Piece } from './job.ts'
import { HOUR_MS, type RegionOutlook, windowAt } from './outlook.ts'

/** A placement in one region, and what it leaves to do. */
interface Planned {
  readonly job: BatchJob
  readonly progress: JobProgress
  readonly pieces: readonly Piece[]
  /** The first instant it may run. */
  readonly fromMs: number
  readonly outlook: RegionOutlook
  readonly ledger: CapacityLedger
}

/**
 * GPUs that a job would need besides its pieces, or instead of smaller ones, were every hour as slow as
 * it may be. Whoever may not be interrupted goes on at its size; whoever may takes the last hours before
 * its deadline in which GPUs are free, and of those as many as help. A soft deadline may pass.
 *
 * What warm replicas are to do is no promise, so it is among what has to be done in these hours.
 */
export function slowHours(planned: Planned): readonly Piece[] {
  const { job, progress, pieces } = planned
  if (job.interruptible) return job.deadline.kind === 'hard' ? lastFree(planned) : []
  const { startMs, endMs, level } = pieces.at(-1)!
  const running = progress.level === undefined ? 0 : job.startHours
  const hours = slowestHours(job, progress.workLeft, level!) - running
  const untilMs = startMs + hours * HOUR_MS
  return untilMs > endMs ? [{ startMs: endMs, endMs: untilMs, level: level! }] : []
}

function lastFree(planned: Planned): readonly Piece[] {
  const { job, fromMs, outlook, ledger } = planned
  const { startMs: zeroMs, windowMs, region } = outlook
  const byStep = stepsOf(planned)
  const order = job.levels
    .map(({ gpus, workPerHour }, level) => ({ gpus, workPerHour, level }))
    .sort((a, b) => b.workPerHour - a.workPerHour)
  const found: Piece[] = []
  let missing = missingWork(planned)
  const last = windowAt(outlook, job.deadline.atMs - 1)
  for (let step = last; missing > 0 && step >= windowAt(outlook, fromMs); step--) {
    const edgeMs = zeroMs + step * windowMs
    const startMs = Math.max(fromMs, edgeMs)
    const endMs = Math.min(job.deadline.atMs, edgeMs + windowMs)
    const free = ledger.free(region, startMs, endMs)
    const most = order.find(({ gpus }) => gpus <= free)
    if (!most) continue
    const whole = (most.workPerHour * (endMs - startMs)) / HOUR_MS
    const more = whole - (byStep.get(step) ?? 0)
    if (more <= 0) continue
    missing -= more * job.slowestRatio
    found.push({ startMs, endMs, level: most.level })
  }
  return found.reverse()
}

/** Work that the pieces do not do in time at the slowest throughput; each run has to start, and one more. */
function missingWork({ job, progress, pieces }: Planned): number {
  const own = pieces.filter(({ level }) => level !== undefined)
  const runs = own.filter((piece, at) => at === 0 || own[at - 1]!.endMs < piece.startMs).length
  const starts = runs + (progress.level === undefined ? 1 : 0)
  const perStart = job.levels[fastestLevel(job)]!.workPerHour * job.startHours
  const done = own.reduce((sum, piece) => sum + wholeOf(job, piece, job.deadline.atMs), 0)
  return progress.workLeft + (starts * perStart - done) * job.slowestRatio
}

/** Work of a piece until an instant at the throughput expected, were nothing lost to its start. */
function wholeOf(job: BatchJob, piece: Piece, untilMs: number): number {
  const ms = Math.max(0, Math.min(untilMs, piece.endMs) - piece.startMs)
  return (ownLevel(job, piece).workPerHour * ms) / HOUR_MS
}

/** By window: what the pieces do in it before the deadline. */
function stepsOf({ job, pieces, outlook }: Planned): ReadonlyMap<number, number> {
  const byStep = new Map<number, number>()
  for (const piece of pieces) {
    for (let atMs = piece.startMs; atMs < piece.endMs; ) {
      const step = windowAt(outlook, atMs)
      const endMs = Math.min(piece.endMs, outlook.startMs + (step + 1) * outlook.windowMs)
      const done = wholeOf(job, { ...piece, startMs: atMs, endMs }, job.deadline.atMs)
      byStep.set(step, (byStep.get(step) ?? 0) + done)
      atMs = endMs
    }
  }
  return byStep
}
