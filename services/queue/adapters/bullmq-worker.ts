import { type Job, type Telemetry, UnrecoverableError } from 'bullmq'
import { traceHeaders } from '../../platform/tracing.ts'
import { failureOf } from '../answer-parent.ts'
import { checkPayload, type JobName, planVersionOf } from '../jobs.ts'
import type { JobContext, JobEvent, JobHandler } from '../port.ts'
import type { BullmqBackend } from './bullmq-backend.ts'
import { ownId } from './bullmq-id.ts'
import { deathsApart, type OwnProcess } from './own-process.ts'
import type { suspects } from './suspects.ts'

export interface WorkerTiming {
  /** A job whose process stopped renewing its lock for this long is run again by another one. */
  readonly lockMs: number
  readonly stalledCheckMs: number
}

interface WorkerOptions extends WorkerTiming {
  readonly concurrency: number
  readonly observe: (event: JobEvent) => void
  readonly telemetry: { readonly telemetry?: Telemetry }
  /** Of all kinds of jobs in this process. */
  readonly judge: ReturnType<typeof suspects>
  readonly own: OwnProcess | undefined
}

/** The BullMQ face of a handler: checks the payload, and says `retryable` in BullMQ's words. */
export function startWorker<Name extends JobName>(
  backend: BullmqBackend,
  name: Name,
  handler: JobHandler<Name>,
  { concurrency, lockMs, stalledCheckMs, observe, telemetry, judge, own }: WorkerOptions,
) {
  const run = async (job: Job, context: JobContext) => {
    try {
      return await handler(checkPayload(name, job.data), context)
    } catch (error) {
      const { reason, final } = failureOf(error)
      if (final) throw new UnrecoverableError(reason)
      throw error instanceof Error ? error : new Error(reason)
    }
  }
  const process = (job: Job, token?: string, signal?: AbortSignal) => {
    const context = contextOf(job, signal ?? new AbortController().signal)
    const here = () => run(job, context)
    const apart = own && (() => runApart(own, name, job, context))
    return judge(job, token, here, apart)
  }
  const worker = new backend.classes.Worker(backend.queueOf(name), process, {
    ...backend.consumer,
    ...telemetry,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: stalledCheckMs,
    // A crash is the process' fault, not the job's: BullMQ's default of 1 fails healthy jobs for
    // good. Which one is at fault itself is found out by `judge`.
    maxStalledCount: 1_000,
  })
  worker.on('completed', (job) => observe({ kind: 'completed', name, ...about(job) }))
  worker.on('failed', (job, error) => {
    const dead = job === undefined || job.finishedOn !== undefined
    observe({
      kind: dead ? 'dead' : 'failed',
      name,
      ...(job && about(job)),
      error: error.message,
    })
  })
  worker.on('stalled', (id) => observe({ kind: 'stalled', name, id: ownId(name, id) }))
  worker.on('error', (error) => observe({ kind: 'error', name, error: error.message }))
  return worker
}

async function runApart(own: OwnProcess, name: JobName, job: Job, context: JobContext) {
  const { id, attempt, dueAtMs, abort } = context
  const children = await context.children()
  const trace = traceHeaders()
  const asked = { name, payload: job.data, context: { id, attempt, dueAtMs }, children, trace }
  return own.run(asked, deathsApart(job), abort)
}

function about(job: Job) {
  const endMs = job.finishedOn ?? Date.now()
  return {
    id: ownId(job.name as JobName, job.id!),
    ...planVersionOf(job.data),
    tookMs: endMs - (job.processedOn ?? endMs),
  }
}

function contextOf(job: Job, abort: AbortSignal): JobContext {
  return {
    id: ownId(job.name as JobName, job.id!),
    attempt: job.attemptsMade + 1,
    dueAtMs: job.timestamp + (job.opts.delay ?? 0),
    abort,
    async children() {
      const [results, failures] = await Promise.all([
        job.getChildrenValues(),
        job.getIgnoredChildrenFailures(),
      ])
      return { results: Object.values(results), failures: Object.values(failures) }
    },
  }
}
