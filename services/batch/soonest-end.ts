import type { CapacityLedger } from './capacity-ledger.ts'
import { fastestLevel, slowestHours } from './durations.ts'
import type { BatchJob } from './job.ts'
import { HOUR_MS, type RegionOutlook, windowAt } from './outlook.ts'

export interface Need {
  readonly job: BatchJob
  readonly nowMs: number
  readonly outlook: RegionOutlook
  readonly ledger: CapacityLedger
}

const LOOKED_AHEAD_MS = 14 * 24 * HOUR_MS

/** When a job would end at the slowest throughput, begun as soon as there are GPUs for it. */
export function soonestEndMs(need: Need): number {
  return need.job.interruptible ? inPieces(need) : inOnePiece(need)
}

function inOnePiece({ job, nowMs, outlook, ledger }: Need): number {
  const level = fastestLevel(job)
  const { gpus } = job.levels[level]!
  const heldMs = slowestHours(job, job.work, level) * HOUR_MS
  for (const startMs of instants(job, nowMs, outlook)) {
    if (ledger.free(outlook.region, startMs, startMs + heldMs) >= gpus) return startMs + heldMs
  }
  return Number.POSITIVE_INFINITY
}

function inPieces({ job, nowMs, outlook, ledger }: Need): number {
  const level = fastestLevel(job)
  const { gpus, workPerHour } = job.levels[level]!
  const perMs = (workPerHour * job.slowestRatio) / HOUR_MS
  let left = job.work + job.startHours * workPerHour * job.slowestRatio
  for (const startMs of instants(job, nowMs, outlook)) {
    const endMs = outlook.startMs + (windowAt(outlook, startMs) + 1) * outlook.windowMs
    if (ledger.free(outlook.region, startMs, endMs) < gpus) continue
    if (left <= (endMs - startMs) * perMs) return startMs + left / perMs
    left -= (endMs - startMs) * perMs
  }
  return Number.POSITIVE_INFINITY
}

/** The first instant a job may run, and every window's beginning after it. */
function* instants(job: BatchJob, nowMs: number, outlook: RegionOutlook): Generator<number> {
  const fromMs = Math.max(nowMs, job.earliestStartMs)
  yield fromMs
  for (let window = windowAt(outlook, fromMs) + 1; ; window++) {
    const startMs = outlook.startMs + window * outlook.windowMs
    if (startMs > fromMs + LOOKED_AHEAD_MS) return
    yield startMs
  }
}
