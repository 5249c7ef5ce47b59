import { repeat } from '../services/platform/repeat.ts'
import { JOB_NAMES, type JobQueue } from '../services/queue/index.ts'

export interface LocalTickPorts {
  readonly queue: JobQueue
  /** Sends backends to their safe state once the plan has expired; see `expire-plan`. */
  expire(): Promise<void>
  /** Looks for drift, and for more to serve than the plan provided; see `guard-slo`. */
  guard(): Promise<void>
  /** Sees that no shift under way is forgotten; see `resume-shifts`. */
  resume(): Promise<void>
  /** Compares what runs with what was predicted of it; see `correct-live`. */
  correct(): Promise<void>
  /** Keeps what the metrics say of traffic; see `record-traffic`. */
  record(): Promise<void>
  /** Lets jobs of foreign schedulers go, or holds them; see `heed-schedulers`. */
  schedulers(): Promise<void>
  /** Winds the clocks again where they stand still; see `begin-work`. */
  rewind(): Promise<void>
  /** Compares our clock with that of the queue's server; see `compare-clocks`. */
  compareClocks(): Promise<unknown>
  /** Drops records that are older than they are kept for. */
  forget(): Promise<void>
  readonly queuedJobs: { set(labels: { job: string; state: string }, value: number): void }
  readonly warn: (message: string) => void
}

const QUARTER_MINUTE_MS = 15_000
const MINUTE_MS = 60_000
/** Often enough for a process that does not live for an hour. */
const TIDYING_MS = 20 * MINUTE_MS

/**
 * What each process looks after by itself, whatever the queue does: how much work is waiting,
 * whether targets and promises are as the plan has them, and whether the plan has run out with
 * nobody left to make a new one.
 *
 * @returns stops the ticks; what is under way is not waited for, a target may be long in answering
 */
export function startLocalTicks(ports: LocalTickPorts): () => Promise<void> {
  const every = (ms: number, name: string, run: () => Promise<unknown>) =>
    repeat(ms, run, ({ message }) => ports.warn(`${name}: ${message}`))
  const stops = [
    every(QUARTER_MINUTE_MS, 'watchdog', () => countJobs(ports)),
    every(QUARTER_MINUTE_MS, 'clocks', ports.rewind),
    every(MINUTE_MS, 'time', ports.compareClocks),
    every(QUARTER_MINUTE_MS, 'guard', ports.guard),
    every(MINUTE_MS, 'expiry', ports.expire),
    every(MINUTE_MS, 'shifts', ports.resume),
    every(MINUTE_MS, 'live correction', ports.correct),
    every(MINUTE_MS, 'traffic', ports.record),
    every(MINUTE_MS, 'schedulers', ports.schedulers),
    every(TIDYING_MS, 'forget', ports.forget),
  ]
  return async () => {
    for (const stop of stops) void stop()
  }
}

async function countJobs({ queue, queuedJobs }: LocalTickPorts): Promise<void> {
  for (const job of JOB_NAMES) {
    for (const [state, count] of Object.entries(await queue.counts(job))) {
      queuedJobs.set({ job, state }, count)
    }
  }
}
