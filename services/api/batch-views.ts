import type { Static } from 'typebox'
import { type BatchJob, ownLevel, type Piece, type Placement } from '../batch/index.ts'
import type { DeferredJob } from '../deferred/index.ts'
import type { JobAnswer } from '../pipeline/submit-jobs.ts'
import type { BatchAnswerSchema, BatchJobSchema } from './schemas/batch.ts'

/** A placement in GPUs, not in indices of levels. */
function planned(job: Pick<BatchJob, 'levels'>, placement: Placement) {
  const { region, safe, energyKwh, carbonG, costUsd } = placement
  return { region, pieces: pieceViews(job, placement.pieces), safe, energyKwh, carbonG, costUsd }
}

const pieceViews = (job: Pick<BatchJob, 'levels'>, pieces: readonly Piece[]) =>
  pieces.map((piece) => ({
    startMs: Math.round(piece.startMs),
    endMs: Math.round(piece.endMs),
    gpus: ownLevel(job, piece).gpus,
    ...(piece.warm && { warmTokensPerSecond: warmRate(piece) }),
  }))

const SECONDS_PER_HOUR = 3600
const warmRate = ({ warm }: Piece): number => (warm?.workPerHour ?? 0) / SECONDS_PER_HOUR

/** An answer as the API gives it. */
export function answerView(answer: JobAnswer): Static<typeof BatchAnswerSchema> {
  if (answer.status === 'refused') return { ...answer, issues: [...answer.issues] }
  if (answer.status !== 'feasible') return answer
  const { id, status, job, placement } = answer
  return { id, status, planned: planned(job, placement) }
}

/** A job as the API shows it. */
export function jobView(one: DeferredJob, nowMs: number): Static<typeof BatchJobSchema> {
  const { job, state, submittedAtMs, progress, placement, ran, report } = one
  const now = placement?.pieces.find(({ startMs, endMs }) => startMs <= nowMs && nowMs < endMs)
  return {
    id: job.id,
    state,
    submittedAtMs,
    earliestStartMs: Math.round(job.earliestStartMs),
    deadlineMs: Math.round(job.deadline.atMs),
    work: job.work,
    workLeft: progress.workLeft,
    gpusNow: now ? ownLevel(job, now).gpus : 0,
    ...(now?.warm && { warmTokensPerSecondNow: warmRate(now) }),
    ran: pieceViews(job, ran),
    ...(placement && { planned: planned(job, placement) }),
    ...(report && { report }),
  }
}
