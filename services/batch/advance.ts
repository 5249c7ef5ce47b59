import {
  type BatchJob,
  isDone,
  type JobProgress,
  ownLevel,
  type Piece,
  type Placement,
} from './job.ts'
import { HOUR_MS } from './outlook.ts'

/** How far a job has come, and what it ran on the way. */
export interface Advanced {
  readonly progress: JobProgress
  readonly ran: readonly Piece[]
}

/**
 * A job after [fromMs, toMs) of its placement, if it ran as planned and as fast as expected. Whoever
 * knows better reports what is left.
 */
export function advance(
  job: BatchJob,
  progress: JobProgress,
  { region, pieces }: Pick<Placement, 'region' | 'pieces'>,
  fromMs: number,
  toMs: number,
): Advanced {
  const ran = pieces
    .map((piece) => ({
      ...piece,
      startMs: Math.max(fromMs, piece.startMs),
      endMs: Math.min(toMs, piece.endMs),
    }))
    .filter(({ startMs, endMs }) => endMs > startMs)
  let { workLeft, level } = progress
  let freeAtMs = fromMs
  for (const piece of ran) {
    const kept = piece.startMs === freeAtMs ? ownLevel(job, { level }).workPerHour : 0
    workLeft = Math.max(0, workLeft - workOf(job, piece, kept))
    level = piece.level
    freeAtMs = piece.endMs
  }
  const running = freeAtMs === toMs && level !== undefined
  const where = ran.length > 0 ? region : progress.region
  return {
    progress: {
      workLeft: isDone(job, workLeft) ? 0 : workLeft,
      ...(where !== undefined && { region: where }),
      ...(running && { level }),
    },
    ran,
  }
}

/** What a piece brings; GPUs it adds have to start. */
function workOf(job: BatchJob, piece: Piece, keptPerHour: number): number {
  const hours = (piece.endMs - piece.startMs) / HOUR_MS
  const { workPerHour } = ownLevel(job, piece)
  const lost = Math.max(0, workPerHour - keptPerHour) * job.startHours
  return Math.max(0, workPerHour * hours - lost) + (piece.warm?.workPerHour ?? 0) * hours
}
