import { type Advanced, type BatchSchedule, schedulingSteps } from '../batch/index.ts'
import type { DeferredJob, JobState, JobUpdate } from '../deferred/index.ts'
import type { NewEvent } from '../notification/index.ts'
import { type BatchPorts, openBatchDesk } from './batch-desk.ts'
import { comeTo } from './come-to.ts'
import { reportOf } from './report-of.ts'

/**
 * Plans all jobs that have not ended anew: from how far each has come, on the newest forecast, with
 * the GPUs that the interactive plan leaves now. Tells what was scheduled, what begins and what is
 * late, once each, in the transaction that says so.
 *
 * @returns how many jobs are active
 */
export async function replanJobs(ports: BatchPorts): Promise<{ readonly jobs: number }> {
  const active = await ports.jobs.active()
  if (active.length === 0) return { jobs: 0 }
  const desk = await openBatchDesk(ports)
  const come = active.map((one) => ({ one, ...comeTo(one, desk.nowMs) }))
  const open = come.filter(({ progress }) => progress.workLeft > 0)
  const steps = schedulingSteps(
    open.map(({ one: { job, placement }, progress }) => ({
      job,
      progress,
      ...(placement && { placement }),
    })),
    desk,
  )
  const { placements } = await ports.pace(steps)
  const updates: JobUpdate[] = []
  for (const each of come) updates.push(await updateOf(ports, each, placements, desk.nowMs))
  const events = updates.flatMap((update, index) => eventsOf(active[index]!, update, desk.nowMs))
  await ports.jobs.update(updates, events)
  return { jobs: active.length }
}

type Come = Advanced & { readonly one: DeferredJob }

async function updateOf(
  ports: BatchPorts,
  { one, progress, ran }: Come,
  placements: BatchSchedule['placements'],
  nowMs: number,
): Promise<JobUpdate> {
  const { job, reportedAtMs: seenReportAtMs } = one
  const seen = seenReportAtMs === undefined ? {} : { seenReportAtMs }
  const head = { id: job.id, progress, ran, ...seen, plannedAtMs: nowMs }
  if (progress.workLeft <= 0) {
    const report = await reportOf(ports, { ...one, ran: [...one.ran, ...ran], progress }, nowMs)
    return { ...head, state: 'done', ...(report && { report }) }
  }
  const placement = placements.get(job.id)
  const begun = progress.region !== undefined || startsNow(placement, nowMs)
  const state: JobState = nowMs > job.deadline.atMs ? 'missed' : begun ? 'running' : 'waiting'
  return { ...head, state, ...(placement && { placement }) }
}

const startsNow = (placement: DeferredJob['placement'], nowMs: number): boolean =>
  placement !== undefined && placement.pieces[0]!.startMs <= nowMs

function eventsOf(before: DeferredJob, update: JobUpdate, occurredAtMs: number): NewEvent[] {
  const { id, tenant, deadline } = before.job
  const head = { subject: `batch/${id}`, occurredAtMs }
  const { state, placement } = update
  const data = {
    id,
    region: placement?.region ?? null,
    startMs: placement?.pieces[0]?.startMs ?? null,
    endMs: placement?.pieces.at(-1)?.endMs ?? null,
    deadlineMs: deadline.atMs,
    workLeft: update.progress.workLeft,
  }
  const events: NewEvent[] = []
  const planned = (of: DeferredJob['placement']) => of && `${of.region} ${of.pieces[0]!.startMs}`
  if (state === 'waiting' && placement && planned(placement) !== planned(before.placement)) {
    events.push({ ...head, type: 'batch.scheduled', key: `${tenant}/${id}/${occurredAtMs}`, data })
  }
  if (state === 'running' && before.state === 'waiting') {
    events.push({ ...head, type: 'batch.started', key: `${tenant}/${id}`, data })
  }
  if (state === 'missed' && before.state !== 'missed') {
    events.push({ ...head, type: 'batch.missed', key: `${tenant}/${id}`, data })
  }
  return events
}
