import type { DeferredJob, DeferredJobStore, JobRequest } from '../deferred/index.ts'
import { InvalidInput } from '../domain/errors.ts'
import {
  type JobAsk,
  type JobScheduler,
  latestStartMs,
  type WaitingJob,
} from '../schedulers/index.ts'
import type { JobAnswer } from './submit-jobs.ts'

/** What steering jobs at foreign schedulers asks for. */
export interface SchedulerPorts {
  readonly schedulers: readonly JobScheduler[]
  readonly jobs: Pick<DeferredJobStore, 'get' | 'active' | 'report' | 'cancel'>
  /** Hands a deferrable job in; see `submit-jobs`. */
  readonly promise: (job: JobRequest) => Promise<JobAnswer>
  readonly nowMs: () => number
  readonly warn: (message: string) => void
}

/**
 * Makes every marked job at a foreign scheduler a deferrable job of ours, and tells the scheduler what
 * is planned of it. Nothing is held that has no promise, and nothing past its latest safe start:
 * whatever is unclear, a job is let go.
 *
 * One scheduler that is away holds no other up.
 */
export async function heedSchedulers(ports: SchedulerPorts): Promise<void> {
  for (const scheduler of ports.schedulers) {
    const guarded = (work: Promise<unknown>) =>
      work.catch((error: Error) => ports.warn(`scheduler ${scheduler.id}: ${error.message}`))
    await guarded(heed(ports, scheduler, guarded))
  }
}

/** A process that was cut off looks again; jobs are few enough to be told one by one. */
async function heed(
  ports: SchedulerPorts,
  scheduler: JobScheduler,
  guarded: (work: Promise<unknown>) => Promise<unknown>,
): Promise<void> {
  const found = await scheduler.list()
  for (const job of found) await guarded(steer(ports, scheduler, job))
  await guarded(forgetVanished(ports, scheduler, found))
}

async function steer(
  ports: SchedulerPorts,
  scheduler: JobScheduler,
  job: WaitingJob,
): Promise<void> {
  const { nowMs, jobs, warn } = ports
  const { ask, state } = job
  const letGo = async (regions = scheduler.regions) => {
    await scheduler.release(job, regions)
  }
  if (state === 'ended') {
    await jobs.report(idOf(scheduler, job), 0, nowMs())
    return
  }
  if (ask instanceof InvalidInput) {
    if (state === 'held') warn(`${scheduler.id}: ${job.name} is let go: ${ask.message}`)
    return letGo()
  }
  if (nowMs() >= latestStartMs(ask)) return letGo()
  const plan = await planOf(ports, scheduler, job, ask)
  const wanted = wantedNow(plan, nowMs())
  if (wanted.may === 'run') return letGo(wanted.regions)
  const untilMs = Math.min(wanted.notBeforeMs ?? latestStartMs(ask), latestStartMs(ask))
  if (state === 'held' || ask.interruptible) await scheduler.hold(job, untilMs)
}

const idOf = ({ id }: JobScheduler, { uid }: WaitingJob): string => `${id}.${uid}`

/** @returns undefined where nothing can be promised: such a job is not ours to hold */
async function planOf(
  { jobs, promise, warn }: SchedulerPorts,
  scheduler: JobScheduler,
  job: WaitingJob,
  ask: JobAsk,
): Promise<DeferredJob | undefined> {
  const id = idOf(scheduler, job)
  const known = await jobs.get(id)
  if (known) return known
  const answer = await promise(requestOf(id, ask, scheduler.regions))
  // Another process may have handed it in a moment ago.
  if (answer.status === 'feasible' || answer.status === 'known') return jobs.get(id)
  if (job.state === 'held') warn(`${scheduler.id}: ${job.name} is let go: ${answer.words}`)
  return undefined
}

const requestOf = (id: string, ask: JobAsk, regions: readonly string[]): JobRequest => ({
  id,
  deadlineMs: ask.deadlineMs,
  gpuHours: ask.hours * ask.gpus,
  gpus: [ask.gpus],
  interruptible: ask.interruptible,
  startMinutes: ask.startMinutes,
  checkpointMinutes: ask.checkpointMinutes,
  slowestRatio: ask.slowestRatio,
  priority: ask.priority,
  regions: [...regions],
  ...(ask.gpu !== undefined && { gpu: ask.gpu }),
})

type Wanted =
  | { readonly may: 'run'; readonly regions?: readonly string[] }
  | { readonly may: 'wait'; readonly notBeforeMs?: number }

function wantedNow(plan: DeferredJob | undefined, nowMs: number): Wanted {
  if (!plan || plan.state === 'cancelled' || plan.state === 'done') return { may: 'run' }
  const { placement } = plan
  if (!placement) return { may: 'wait' }
  const next = placement.pieces.find(({ endMs }) => endMs > nowMs) ?? placement.pieces.at(-1)!
  if (next.startMs > nowMs) return { may: 'wait', notBeforeMs: next.startMs }
  return { may: 'run', regions: [placement.region.split('/')[0]!] }
}

/** What ran and is not there any more has ended; what waited was taken back. */
async function forgetVanished(
  { jobs, nowMs }: SchedulerPorts,
  scheduler: JobScheduler,
  found: readonly WaitingJob[],
): Promise<void> {
  const there = new Set(found.map((job) => idOf(scheduler, job)))
  for (const { job, state } of await jobs.active()) {
    if (!job.id.startsWith(`${scheduler.id}.`) || there.has(job.id)) continue
    if (state === 'waiting') await jobs.cancel(job.id)
    else await jobs.report(job.id, 0, nowMs())
  }
}
