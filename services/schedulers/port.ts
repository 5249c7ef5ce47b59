import type { InvalidInput } from '../domain/errors.ts'
import type { JobAsk } from './job-ask.ts'

/** `held`: waits for us. `released`: it may run, or runs. `ended`: well or not. */
export type WaitingState = 'held' | 'released' | 'ended'

/** A job that somebody marked for us at a scheduler of their own. */
export interface WaitingJob {
  /** How the adapter finds it again. */
  readonly name: string
  /** Never used again by that scheduler; at most 40 characters of `A-Za-z0-9._-`. */
  readonly uid: string
  readonly state: WaitingState
  /** What it says of itself, or what is wrong with that. */
  readonly ask: JobAsk | InvalidInput
}

/**
 * A scheduler that lets jobs start and stop: Kubernetes, Kueue, Slurm. Both commands say what is to be,
 * so that telling them twice does no harm, and look at the job anew before they write.
 *
 * To add one: write `adapters/<vendor>.ts`, call `describeJobScheduler` on it in
 * `test/schedulers/<vendor>.test.ts` against a world that checks every request, add its options to
 * `services/fleet/schema/job-scheduler.ts`, and one case to `services/wiring/job-schedulers.ts`.
 *
 * @throws UpstreamUnavailable | UpstreamRefused | UpstreamMalformed | Forbidden, from every method
 */
export interface JobScheduler {
  readonly id: string
  /** Regions it can start jobs in; the first one where a job has no choice. */
  readonly regions: readonly string[]
  /** Jobs marked for us that it still knows of. */
  list(abort?: AbortSignal): Promise<readonly WaitingJob[]>
  /**
   * Lets a job start now, in one of these regions. One that is gone or has ended is left alone.
   *
   * @returns whether the scheduler had to be told: not where the job might start already
   */
  release(job: WaitingJob, regions: readonly string[], abort?: AbortSignal): Promise<boolean>
  /** Keeps a job from running before an instant; one that runs is stopped, and begins anew then. */
  hold(job: WaitingJob, untilMs: number, abort?: AbortSignal): Promise<void>
  /** Rights that are missing, in words; empty where all is there. */
  missing(abort?: AbortSignal): Promise<readonly string[]>
}
