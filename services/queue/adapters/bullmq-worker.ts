import { type Job, type Telemetry, UnrecoverableError } from 'bullmq'
import { AppError } from '../../domain/errors.ts'
import { checkPayload, type JobName } from '../jobs.ts'
import type { JobContext, JobEvent, JobHandler } from '../port.ts'
import type { BullmqBackend } from './bullmq-backend.ts'
import { ownId } from './bullmq-id.ts'

export interface WorkerTiming {
  /** A job whose process stopped renewing its lock for this long is run again by another one. */
  readonly lockMs: number
  readonly stalledCheckMs: number
  /** Starts of one job in all, crashes included: a job that kills its process is dead after these. */
  readonly maxStarts: number
}

interface WorkerOptions extends WorkerTiming {
  readonly concurrency: number
  readonly observe: (event: JobEvent) => void
  readonly telemetry: { readonly telemetry?: Telemetry }
}

/** The BullMQ face of a handler: checks the payload, and says `retryable` in BullMQ's words. */
export function startWorker<Name extends JobName>(
  backend: BullmqBackend,
  name: Name,
  handler: JobHandler<Name>,
  { concurrency, lockMs, stalledCheckMs, maxStarts, observe, telemetry }: WorkerOptions,
) {
  const process = async (job: Job, _token?: string, signal?: AbortSignal) => {
    try {
      const payload = checkPayload(name, job.data)
      return await handler(payload, contextOf(job, signal ?? new AbortController().signal))
    } catch (error) {
      if (!(error instanceof AppError) || error.retryable) throw error
      throw new UnrecoverableError(`${error.code}: ${error.message}`)
    }
  }
  const worker = new backend.classes.Worker(name, process, {
    ...backend.consumer,
    ...telemetry,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: stalledCheckMs,
    // A crash is the process' fault, not the job's: BullMQ's default of 1 fails healthy jobs for
    // good. The count of starts stops the one that is at fault itself.
    maxStalledCount: 1_000,
    maxStartedAttempts: maxStarts,
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

function about(job: Job) {
  const endMs = job.finishedOn ?? Date.now()
  return { id: ownId(job.name as JobName, job.id!), tookMs: endMs - (job.processedOn ?? endMs) }
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
