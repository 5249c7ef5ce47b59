import { setTimeout as pause } from 'node:timers/promises'
import { DelayedError, type Job, UnrecoverableError } from 'bullmq'

/** A process may be killed for any reason; one that dies twice under the same job may die of it. */
const SUSPECT_AFTER = 2
/** Of those that were taken up together all but one are put off in this time. */
const SETTLE_MS = 200
const PUT_OFF_MS = 1_000

/**
 * Keeps a job that kills its process from taking others with it, again and again, until they are all
 * given up: jobs under which a process has died before are run one at a time in a process, and one
 * that has killed as many as it may is dead.
 *
 * @param maxStarts that ended with their process, before a job is dead
 */
export function suspects(maxStarts: number) {
  let running = false

  return async function alone<Result>(
    job: Job,
    token: string | undefined,
    run: () => Promise<Result>,
  ): Promise<Result> {
    const { stalledCounter: deaths, attemptsStarted } = job
    // One that was revived keeps its deaths, and counts its starts anew.
    if (deaths >= maxStarts && attemptsStarted > maxStarts) {
      throw new UnrecoverableError(`its process died ${deaths} times while it ran`)
    }
    if (deaths < SUSPECT_AFTER) return run()
    if (running) {
      await job.moveToDelayed(Date.now() + PUT_OFF_MS * (0.5 + Math.random()), token)
      throw new DelayedError()
    }
    running = true
    try {
      await pause(SETTLE_MS)
      return await run()
    } finally {
      running = false
    }
  }
}
