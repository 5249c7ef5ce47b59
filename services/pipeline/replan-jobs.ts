import {
  type Advanced,
  advance,
  type BatchSchedule,
  type JobReport,
  type RegionOutlook,
  reportJob,
  scheduleJobs,
} from '../batch/index.ts'
import type { DeferredJob, JobState, JobUpdate } from '../deferred/index.ts'
import { windowsFrom } from '../domain/window.ts'
import type { NewEvent } from '../notification/index.ts'
import { type BatchDesk, type BatchPorts, openBatchDesk } from './batch-desk.ts'
import { outlookOf } from './outlook-of.ts'
import { readCarbon } from './read-carbon.ts'

const HOUR_MS = 3_600_000

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
  const schedule = scheduleJobs(
    open.map(({ one: { job }, progress }) => ({ job, progress })),
    desk,
  )
  const updates: JobUpdate[] = []
  for (const each of come) updates.push(await updateOf(ports, each, schedule, desk))
  const events = updates.flatMap((update, index) => eventsOf(active[index]!, update, desk.nowMs))
  await ports.jobs.update(updates, events)
  return { jobs: active.length }
}

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

type Come = Advanced & { readonly one: DeferredJob }

async function updateOf(
  ports: BatchPorts,
  { one, progress, ran }: Come,
  { placements }: BatchSchedule,
  desk: BatchDesk,
): Promise<JobUpdate> {
  const { job, reportedAtMs: seenReportAtMs } = one
  const seen = seenReportAtMs === undefined ? {} : { seenReportAtMs }
  const head = { id: job.id, progress, ran, ...seen, plannedAtMs: desk.nowMs }
  if (progress.workLeft <= 0) {
    const report = await reportOf(ports, { ...one, ran: [...one.ran, ...ran] }, desk)
    return { ...head, state: 'done', ...(report && { report }) }
  }
  const placement = placements.get(job.id)
  const begun = progress.region !== undefined || startsNow(placement, desk.nowMs)
  const state: JobState = desk.nowMs > job.deadline.atMs ? 'missed' : begun ? 'running' : 'waiting'
  return { ...head, state, ...(placement && { placement }) }
}

const startsNow = (placement: DeferredJob['placement'], nowMs: number): boolean =>
  placement !== undefined && placement.pieces[0]!.startMs <= nowMs

/** On what the grid came to be; the hours nobody has measured yet are as they were forecast. */
async function reportOf(
  { reader, warn, fleet }: BatchPorts,
  { job, ran, progress }: DeferredJob,
  { nowMs, places }: BatchDesk,
): Promise<JobReport | undefined> {
  if (ran.length === 0 || progress.region === undefined) return undefined
  const { signal, basis } = await fleet()
  const hours = Math.ceil((nowMs - job.earliestStartMs) / HOUR_MS) + 1
  const windows = windowsFrom(job.earliestStartMs, HOUR_MS, Math.max(1, hours))
  const those = places.filter(({ id }) => job.regions.includes(id))
  const zones = [...new Set(those.map(({ zone }) => zone))]
  const measure = { signal, basis }
  const carbon = await readCarbon({ zones, windows, measure, nowMs, reader, warn })
  const actual = new Map(
    those.map((place): [string, RegionOutlook] => [
      place.id,
      outlookOf(place, windows, carbon.get(place.zone)!.windows),
    ]),
  )
  return reportJob(job, { region: progress.region, pieces: ran }, actual)
}

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
  const startMs = placement?.pieces[0]?.startMs
  if (
    state === 'waiting' &&
    startMs !== undefined &&
    startMs !== before.placement?.pieces[0]?.startMs
  ) {
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
