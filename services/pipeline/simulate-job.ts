import { admitJob, holdGpus } from '../batch/index.ts'
import type { DeferredJob } from '../deferred/index.ts'
import { NotFound } from '../domain/errors.ts'
import { openBatchDesk } from './batch-desk.ts'
import { comeTo } from './come-to.ts'
import { assertNear } from './frame-job.ts'
import { expectedEndMs, type JobAnswer, type SubmitPorts } from './submit-jobs.ts'

/**
 * Could a job that has not ended be promised another deadline, from how far it has come and beside
 * what all others hold? Nothing is kept, and nobody is told.
 *
 * @throws NotFound where no such job waits or runs
 * @throws InvalidInput where the deadline is too far ahead
 */
export async function simulateJob(
  ports: Omit<SubmitPorts, 'newId'>,
  id: string,
  deadlineMs: number,
): Promise<JobAnswer> {
  const active = await ports.jobs.active()
  const asked = active.find(({ job }) => job.id === id)
  if (!asked) throw new NotFound(`no job ${id} is waiting or running`)
  const desk = await openBatchDesk(ports)
  assertNear({ deadlineMs }, desk.nowMs)
  const others = active.filter((one) => one !== asked)
  for (const { job, placement } of others) if (placement) holdGpus(job, placement, desk)
  const deadline = { ...asked.job.deadline, atMs: deadlineMs }
  const job = { ...asked.job, deadline, earliestStartMs: earliestStartMs(asked, others) }
  const admission = admitJob(job, desk, comeTo(asked, desk.nowMs).progress)
  return admission.status === 'feasible' ? { id, job, ...admission } : { id, ...admission }
}

function earliestStartMs({ job }: DeferredJob, others: readonly DeferredJob[]): number {
  const before = others.filter((other) => job.after.includes(other.job.id))
  return Math.max(job.earliestStartMs, ...before.map(expectedEndMs))
}
