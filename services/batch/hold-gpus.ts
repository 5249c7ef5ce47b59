import type { CapacityLedger } from './capacity-ledger.ts'
import { fastestLevel, slowestHours } from './durations.ts'
import { type BatchJob, type JobProgress, ownLevel, type Placement } from './job.ts'
import { HOUR_MS } from './outlook.ts'
import type { WarmLedger } from './warm-ledger.ts'

/** Where jobs take from. */
export interface Ledgers {
  readonly ledger: CapacityLedger
  readonly warm?: WarmLedger
}

/**
 * Takes from the ledgers what a placement uses, and what it would need on top if throughput were as
 * slow as it may be: whoever may not be interrupted keeps its GPUs longer; whoever may, finds the
 * time before its deadline free.
 */
export function holdGpus(
  job: BatchJob,
  { workLeft }: JobProgress,
  { region, pieces }: Placement,
  { ledger, warm }: Ledgers,
): void {
  for (const piece of pieces) {
    const { startMs, endMs } = piece
    const { gpus } = ownLevel(job, piece)
    if (gpus > 0) ledger.take(region, startMs, endMs, gpus)
    if (piece.warm) warm?.take(region, job.model!, startMs, piece.warm.workPerHour)
  }
  const last = pieces.at(-1)!
  if (!job.interruptible) {
    const level = last.level!
    const slowestMs = last.startMs + slowestHours(job, workLeft, level) * HOUR_MS
    ledger.take(region, last.endMs, Math.max(last.endMs, slowestMs), job.levels[level]!.gpus)
  } else if (job.deadline.kind === 'hard') {
    const level = fastestLevel(job)
    const missingMs =
      (slowestHours(job, workLeft, level) - workLeft / job.levels[level]!.workPerHour) * HOUR_MS
    const fromMs = Math.max(last.endMs, job.deadline.atMs - missingMs)
    if (fromMs < job.deadline.atMs) {
      ledger.take(region, fromMs, job.deadline.atMs, job.levels[level]!.gpus)
    }
  }
}
