import { type BatchJob, type Piece, placeJob, type RegionOutlook } from '../../batch/index.ts'
import { beginRun, type Run, runPiece, type Throughput } from './run-job.ts'

const HOUR_MS = 3_600_000

/**
 * Our rule for deferrable work: plans anew at the beginning of each hour from how far the job has come, and runs that
 * hour.
 *
 * @param known the forecast as it stood at an instant
 */
export function runRolling(
  job: BatchJob,
  known: (atMs: number) => RegionOutlook,
  throughput: Throughput,
): Run {
  const run = beginRun(job)
  for (let nowMs = job.earliestStartMs; run.endMs === undefined; ) {
    const nextMs = (Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS
    const outlook = known(nowMs)
    const running = run.freeAtMs === nowMs ? run.level : undefined
    const begun = run.pieces.length > 0
    const progress = {
      workLeft: run.workLeft,
      ...(begun && { region: outlook.region }),
      ...(running !== undefined && { level: running }),
    }
    const plan = placeJob(job, progress, { nowMs, outlooks: new Map([[outlook.region, outlook]]) })!
    for (const piece of upTo(plan.pieces, nextMs)) {
      if (run.endMs === undefined) runPiece(run, piece, throughput)
    }
    nowMs = nextMs
  }
  return run
}

/** What runs before `untilMs`. The last piece is not over before the work is: it runs on if slow. */
function upTo(pieces: readonly Piece[], untilMs: number): readonly Piece[] {
  return pieces.flatMap((piece, index) => {
    if (piece.startMs >= untilMs) return []
    const last = index === pieces.length - 1
    return [{ ...piece, endMs: last ? untilMs : Math.min(piece.endMs, untilMs) }]
  })
}
