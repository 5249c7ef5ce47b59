import type { CapacityLedger } from './capacity-ledger.ts'
import { fastestLevel, slowestHours } from './durations.ts'
import type { BatchJob, JobProgress, Placement } from './job.ts'
import { HOUR_MS } from './outlook.ts'

/**
 * Takes from the ledger what a placement uses, and what it would need on top if throughput were as
 * slow as it may be: whoever may not be interrupted keeps its GPUs longer; whoever may, finds the
 * time before its deadline free.
 */
export function holdGpus(
  job: BatchJob,
  { workLeft }: JobProgress,
  { region, pieces }: Placement,
  ledger: CapacityLedger,
): void {
  for (const { startMs, endMs, level } of pieces) {
    ledger.take(region, startMs, endMs, job.levels[level]!.gpus)
  }
  const last = pieces.at(-1)!
  if (!job.interruptible) {
    const slowestMs = last.startMs + slowestHours(job, workLeft, last.level) * HOUR_MS
    ledger.take(region, last.endMs, Math.max(last.endMs, slowestMs), job.levels[last.level]!.gpus)
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
