import type { Static } from 'typebox'
import type { BatchJob, Piece, Placement } from '../batch/index.ts'
import type { DeferredJob } from '../deferred/index.ts'
import type { JobAnswer } from '../pipeline/submit-jobs.ts'
import type { BatchAnswerSchema, BatchJobSchema } from './schemas/batch.ts'

/** A placement in GPUs, not in indices of levels. */
function planned({ levels }: Pick<BatchJob, 'levels'>, placement: Placement) {
  const { region, safe, energyKwh, carbonG, costUsd } = placement
  return { region, pieces: pieceViews(levels, placement.pieces), safe, energyKwh, carbonG, costUsd }
}

const pieceViews = (levels: BatchJob['levels'], pieces: readonly Piece[]) =>
  pieces.map(({ startMs, endMs, level }) => ({
    startMs: Math.round(startMs),
    endMs: Math.round(endMs),
    gpus: levels[level]!.gpus,
  }))

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
    gpusNow: now ? job.levels[now.level]!.gpus : 0,
    ran: pieceViews(job.levels, ran),
    ...(placement && { planned: planned(job, placement) }),
    ...(report && { report }),
  }
}
