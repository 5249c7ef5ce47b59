import type { ChildProcess } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import type { FlowJob, Job, JobsOptions } from 'bullmq'
import { BullMQOtel } from 'bullmq-otel'
import { NotFound } from '../../domain/errors.ts'
import type { Database } from '../../platform/database/database.ts'
import { within } from '../../platform/within.ts'
import { checkPayload, JOB_NAMES, type JobName } from '../jobs.ts'
import type { AnyJobRequest, DeadJob, JobCounts, JobEvent, JobQueue } from '../port.ts'
import { type BullmqBackend, onDatabase, onRedis, type Queue } from './bullmq-backend.ts'
import { bullmqClocks } from './bullmq-clocks.ts'
import { bullmqId, ownId } from './bullmq-id.ts'
import { startWorker, type WorkerTiming } from './bullmq-worker.ts'
import { ownProcess } from './own-process.ts'
import { reported, reporting } from './reporting.ts'
import { suspects } from './suspects.ts'

export interface BullmqOptions extends Partial<WorkerTiming> {
  /** Starts of a job that ended with its process; after these it is dead. */
  readonly maxStarts?: number
  /**
   * Starts a process that runs jobs under which a process has died; it calls `answerParent`. Without
   * it they run alone in this one.
   */
  readonly startOwn?: () => ChildProcess
  /** Told what such a process has measured, with each job that it did. */
  readonly heedOwn?: (measured: unknown) => void
  /** Separates several services on one server. */
  readonly keyPrefix?: string
  readonly observe?: (event: JobEvent) => void
  /** Carries the trace of whoever adds a job to whoever runs it. */
  readonly traced?: boolean
  /** Finished jobs of each name to remember; they bound the queue, and what `id` protects. */
  readonly keep?: { readonly completed: number; readonly dead: number }
}

const DAY_SECONDS = 86_400
const LOCK_MS = 10_000
const STALLED_CHECK_MS = 5_000
const MAX_STARTS = 8
const STOPPING_MS = 1_000
const BOARD_MS = 5_000
const KEEP = { completed: 1_000, dead: 1_000 }
const TRACES = new BullMQOtel({ tracerName: 'gridtide' })

/**
 * BullMQ, one queue a job name, on Redis or on PostgreSQL.
 *
 * @throws UpstreamUnavailable where the server does not answer
 */
export async function bullmqOn(
  where: { readonly redisUrl: string } | { readonly database: Database },
  options: BullmqOptions = {},
): Promise<JobQueue> {
  const backend =
    'redisUrl' in where
      ? await onRedis(where.redisUrl, options.keyPrefix)
      : await onDatabase(where.database, options.keyPrefix)
  const { observe = () => undefined, keep = KEEP } = options
  const telemetry = options.traced ? { telemetry: TRACES } : {}
  const { lockMs = LOCK_MS, stalledCheckMs = STALLED_CHECK_MS, maxStarts = MAX_STARTS } = options
  const optionsOf = jobOptions(keep)
  const queues = openQueues(backend, observe, telemetry)
  const flows = new backend.classes.FlowProducer({ ...backend.producer, ...telemetry })
  flows.on('error', (error) => observe({ kind: 'error', name: 'tick', error: error.message }))
  const workers: ReturnType<typeof startWorker>[] = []
  const judge = suspects(maxStarts, () => workers)
  const own = options.startOwn && ownProcess(options.startOwn, options.heedOwn)

  return {
    engine: backend.engine,

    add: ({ name, payload, ...rest }) =>
      reported(() => queues.of(name).add(name, checkPayload(name, payload), optionsOf(name, rest))),

    addFlow(parent, children) {
      const node = ({ name, payload, ...rest }: AnyJobRequest, ignoreDependencyOnFailure = false) =>
        ({
          name,
          queueName: backend.queueOf(name),
          data: checkPayload(name, payload),
          opts: { ...optionsOf(name, rest), ignoreDependencyOnFailure },
        }) satisfies FlowJob
      return reported(() =>
        flows.add({ ...node(parent), children: children.map((child) => node(child, true)) }),
      )
    },

    ...bullmqClocks(backend, queues.of, optionsOf),

    async work(name, handler, { concurrency = 1 } = {}) {
      const how = { lockMs, stalledCheckMs, concurrency, observe, telemetry, judge, own }
      const worker = startWorker(backend, name, handler, how)
      workers.push(worker)
      await reported(() => worker.waitUntilReady()).catch(async (error: unknown) => {
        workers.splice(workers.indexOf(worker), 1) // one that never began would not begin later
        await worker.close(true).catch(() => undefined)
        throw error
      })
    },

    counts: (name) => reporting(() => countsOf(queues.of(name))),

    async dead(name, limit) {
      const jobs = await reporting(() => queues.of(name).getFailed(0, limit - 1))
      return jobs.map((job) => toDead(name, job))
    },

    async board(path) {
      const { bullBoard } = await import('./bull-board.ts') // for those alone who show it
      // One that cannot be opened now is replaced later, and the pages would not hear of it.
      const ready = Promise.all(JOB_NAMES.map((name) => queues.of(name).waitUntilReady()))
      await reported(() => within(BOARD_MS, 'queue', ready))
      return bullBoard(JOB_NAMES.map(queues.of), path)
    },

    revive: (name, id) => reported(() => reviveJob(queues.of(name), name, id)),

    serverTimeMs: () => reporting(backend.timeMs),

    async close(graceMs = 10_000) {
      await Promise.all(workers.map((worker) => closeWithin(worker, graceMs)))
      own?.close()
      await Promise.all([...queues.opened(), flows].map((open) => open.close()))
      await backend.close()
    },
  }
}

/**
 * Each is opened when it is first needed: on PostgreSQL it takes a connection to begin with. One whose
 * server did not answer then would fail for ever; the next call opens another.
 */
function openQueues(
  backend: BullmqBackend,
  observe: (event: JobEvent) => void,
  telemetry: { readonly telemetry?: BullMQOtel },
) {
  const opened = new Map<JobName, Queue>()
  const open = (name: JobName): Queue => {
    const streams = { events: { maxLen: 1_000 } }
    const queue: Queue = new backend.classes.Queue(backend.queueOf(name), {
      ...backend.producer,
      ...telemetry,
      streams,
    })
    queue.on('error', (error) => observe({ kind: 'error', name, error: error.message }))
    opened.set(name, queue)
    queue.waitUntilReady().catch(() => {
      opened.delete(name)
      queue.close().catch(() => undefined)
    })
    return queue
  }
  return { of: (name: JobName) => opened.get(name) ?? open(name), opened: () => opened.values() }
}

type Rest = Omit<AnyJobRequest, 'name' | 'payload'>
function jobOptions(keep: { readonly completed: number; readonly dead: number }) {
  return (name: JobName, { id, delayMs, attempts = 5, backoffMs = 1_000 }: Rest): JobsOptions => ({
    jobId: bullmqId(name, id),
    attempts,
    backoff: { type: 'exponential', delay: backoffMs, jitter: 0.5 },
    removeOnComplete: { age: DAY_SECONDS, count: keep.completed },
    removeOnFail: { age: 7 * DAY_SECONDS, count: keep.dead },
    ...(delayMs !== undefined && { delay: delayMs }),
  })
}

async function countsOf(queue: Queue): Promise<JobCounts> {
  const states = ['waiting', 'active', 'delayed', 'waiting-children', 'failed'] as const
  const found = await queue.getJobCounts(...states)
  const { waiting = 0, active = 0, delayed = 0, failed = 0 } = found
  return { waiting, active, delayed, failed, blocked: found['waiting-children'] ?? 0 }
}

async function reviveJob(queue: Queue, name: JobName, id: string): Promise<void> {
  const job = await queue.getJob(bullmqId(name, id))
  if (!job || !(await job.isFailed())) throw new NotFound(`no dead ${name} job ${id}`)
  await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true })
}

function toDead(name: JobName, job: Job): DeadJob {
  return {
    name,
    id: ownId(name, job.id!),
    payload: job.data,
    reason: job.failedReason,
    attempts: job.attemptsMade,
    failedAtMs: job.finishedOn ?? job.timestamp,
  }
}

/** A job that will not stop is left to its lock: another process runs it again. */
async function closeWithin(worker: ReturnType<typeof startWorker>, graceMs: number) {
  const closed = worker.close()
  const timers = new AbortController()
  const wait = (ms: number) => setTimeout(ms, undefined, { signal: timers.signal })
  const givenUp = wait(graceMs).then(() => {
    worker.cancelAllJobs('the process is stopping')
    return wait(STOPPING_MS)
  })
  await Promise.race([closed, givenUp.catch(() => undefined)])
  timers.abort()
}
