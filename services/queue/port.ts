import type { JobData, JobName } from './jobs.ts'

interface JobRequest<Name extends JobName = JobName> {
  readonly name: Name
  readonly payload: JobData<Name>
  /** Adding the same id again does nothing while the first is known, finished or not. */
  readonly id: string
  readonly delayMs?: number
  /** Runs in all, the first included; 5 unless told. */
  readonly attempts?: number
  /** Pause before the second run, doubled each time; 1 s unless told. */
  readonly backoffMs?: number
}
/** A request of any one kind. */
export type AnyJobRequest = { [Name in JobName]: JobRequest<Name> }[JobName]

/** What became of the children of a flow's parent. */
interface ChildResults {
  readonly results: readonly unknown[]
  /** Why each child failed that ran out of attempts. */
  readonly failures: readonly string[]
}

export interface JobContext {
  readonly id: string
  /** 1 on the first run. */
  readonly attempt: number
  /** When it was to run: for a scheduled job the instant of the clock, however late it is now. */
  readonly dueAtMs: number
  /** Fires when the process has no more time to finish. */
  readonly abort: AbortSignal
  children(): Promise<ChildResults>
}

/**
 * Runs one job; its result is kept for a parent to read, so keep it small.
 *
 * An `AppError` that is not retryable ends the job at once; any other error is retried.
 */
export type JobHandler<Name extends JobName> = (
  payload: JobData<Name>,
  context: JobContext,
) => Promise<unknown>

type Cadence = { readonly everyMs: number } | { readonly cron: string }

export interface JobCounts {
  readonly waiting: number
  readonly active: number
  readonly delayed: number
  readonly blocked: number
  readonly failed: number
}

/** A job that will not be tried again by itself. */
export interface DeadJob {
  readonly name: JobName
  readonly id: string
  readonly payload: unknown
  readonly reason: string
  readonly attempts: number
  readonly failedAtMs: number
}

/**
 * Pages that show every job, for a web server to register: a Fastify plugin, in a type that knows
 * nothing of Fastify.
 */
export type QueueBoard = (app: never, options: object, done: (error?: Error) => void) => void

/** Something that happened to a job; for logs and metrics. */
export interface JobEvent {
  readonly kind: 'completed' | 'failed' | 'dead' | 'stalled' | 'error'
  readonly name: JobName
  readonly id?: string
  readonly planVersion?: number
  readonly tookMs?: number
  readonly error?: string
}

/**
 * Jobs that run at least once, on any process that works on their name.
 *
 * Every method throws `UpstreamUnavailable` at once where the queue's server is away.
 */
export interface JobQueue {
  readonly engine: 'embedded' | 'postgres' | 'redis'
  add(job: AnyJobRequest): Promise<void>
  /** Runs `parent` when every child has completed or given up; see `JobContext.children`. */
  addFlow(parent: AnyJobRequest, children: readonly AnyJobRequest[]): Promise<void>
  /** Adds the job at each tick, once per cluster, whoever else schedules the same id. UTC. */
  schedule<Name extends JobName>(
    id: string,
    cadence: Cadence,
    job: Pick<JobRequest<Name>, 'name' | 'payload'>,
  ): Promise<void>
  unschedule(name: JobName, id: string): Promise<void>
  /**
   * Whether that clock is known, and strikes in its time: a server that was emptied knows none, and
   * one that went by a time that was set back since stands still until it is scheduled again.
   */
  isScheduled(name: JobName, id: string): Promise<boolean>
  /** Begins to run jobs of one name here. */
  work<Name extends JobName>(
    name: Name,
    handler: JobHandler<Name>,
    options?: { readonly concurrency?: number },
  ): Promise<void>
  /** @param path where the pages will be, e.g. `/admin/queues` */
  board(path: string): Promise<QueueBoard>
  counts(name: JobName): Promise<JobCounts>
  /** The dead letters of one name, newest first. */
  dead(name: JobName, limit: number): Promise<readonly DeadJob[]>
  /** @throws NotFound */
  revive(name: JobName, id: string): Promise<void>
  /** What the server takes for now, since the epoch; undefined where the queue is in this process. */
  serverTimeMs(): Promise<number | undefined>
  /** Takes no new jobs, and lets running ones finish for `graceMs` before aborting them. */
  close(graceMs?: number): Promise<void>
}
