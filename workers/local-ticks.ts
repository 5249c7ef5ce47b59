import cron from 'node-cron'
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
  /** Winds the clocks again where the queue was emptied; see `begin-work`. */
  rewind(): Promise<void>
  /** Compares our clock with that of the queue's server; see `compare-clocks`. */
  compareClocks(): Promise<unknown>
  /** Drops records that are older than they are kept for. */
  forget(): Promise<void>
  readonly queuedJobs: { set(labels: { job: string; state: string }, value: number): void }
  readonly warn: (message: string) => void
}

const EVERY_15_SECONDS = '*/15 * * * * *'
const EVERY_MINUTE = '0 * * * * *'
const EVERY_HOUR = '0 17 * * * *'

/**
 * What each process looks after by itself, whatever the queue does: how much work is waiting,
 * whether targets and promises are as the plan has them, and whether the plan has run out with
 * nobody left to make a new one.
 *
 * @returns stops the ticks
 */
export function startLocalTicks(ports: LocalTickPorts): () => Promise<void> {
  const guarded = (name: string, run: () => Promise<unknown>) => async () => {
    await run().catch((error: unknown) => ports.warn(`${name}: ${(error as Error).message}`))
  }
  const options = { noOverlap: true, timezone: 'UTC' }
  const tasks = [
    cron.schedule(
      EVERY_15_SECONDS,
      guarded('watchdog', () => countJobs(ports)),
      options,
    ),
    cron.schedule(EVERY_15_SECONDS, guarded('clocks', ports.rewind), options),
    cron.schedule(EVERY_MINUTE, guarded('time', ports.compareClocks), options),
    cron.schedule(EVERY_15_SECONDS, guarded('guard', ports.guard), options),
    cron.schedule(EVERY_MINUTE, guarded('expiry', ports.expire), options),
    cron.schedule(EVERY_MINUTE, guarded('shifts', ports.resume), options),
    cron.schedule(EVERY_MINUTE, guarded('live correction', ports.correct), options),
    cron.schedule(EVERY_MINUTE, guarded('traffic', ports.record), options),
    cron.schedule(EVERY_MINUTE, guarded('schedulers', ports.schedulers), options),
    cron.schedule(EVERY_HOUR, guarded('forget', ports.forget), options),
  ]
  return async () => {
    for (const task of tasks) await task.destroy()
  }
}

async function countJobs({ queue, queuedJobs }: LocalTickPorts): Promise<void> {
  for (const job of JOB_NAMES) {
    for (const [state, count] of Object.entries(await queue.counts(job))) {
      queuedJobs.set({ job, state }, count)
    }
  }
}
