import { type Advanced, advance } from '../batch/index.ts'
import type { DeferredJob } from '../deferred/index.ts'

/**
 * What a job used since it was planned, as planned; and what is left of it, as reported where
 * somebody did, and from then on as planned, unless only reports count.
 */
export function comeTo(one: DeferredJob, nowMs: number): Advanced {
  const { job, progress, placement, plannedAtMs, reportedAtMs = plannedAtMs } = one
  if (!placement) {
    const { level: _none, ...standing } = progress
    return { progress: standing, ran: [] }
  }
  const untilMs = progress.workLeft > 0 ? nowMs : Math.max(plannedAtMs, reportedAtMs)
  const come = advance(job, progress, placement, plannedAtMs, untilMs)
  const sinceMs = job.reported ? untilMs : Math.max(plannedAtMs, reportedAtMs)
  const { workLeft } = advance(job, progress, placement, sinceMs, untilMs).progress
  return { ...come, progress: { ...come.progress, workLeft } }
}
