import { setTimeout as pause } from 'node:timers/promises'
import { DelayedError, type Job, UnrecoverableError, type Worker } from 'bullmq'

/**
 * A process may be killed for any reason; one that dies twice under the same job may die of it. Where
 * nobody has to wait for it, a job is suspected at once.
 */
const SUSPECT_AFTER = { here: 2, apart: 1 }
/** How long a suspect waits for what runs beside it to end. */
const CLEAR_MS = 5_000
const LOOK_MS = 20
/** What kills does so soon; after this others are taken up beside it again. */
const HOLD_MS = 10_000
const PUT_OFF_MS = 1_000

/**
 * Keeps a job that kills its process from taking others with it, again and again, until they are all
 * given up: a job under which a process has died is run in one of its own, where there can be such,
 * and else, once two have died, alone in this one. One that has killed as many as it may is dead.
 *
 * @param maxStarts that ended with their process, before a job is dead
 * @param workers of this process, which take up nothing while a suspect runs
 */
export function suspects(
  maxStarts: number,
  workers: () => readonly Pick<Worker, 'pause' | 'resume'>[],
) {
  let running = 0
  let suspected = false

  const hold = () => Promise.all(workers().map((worker) => worker.pause(true)))
  const letGo = () => Promise.all(workers().map((worker) => worker.resume()))

  async function byItself(run: () => Promise<unknown>): Promise<unknown> {
    await hold()
    const timer = setTimeout(() => void letGo(), HOLD_MS)
    try {
      const endMs = performance.now() + CLEAR_MS
      do await pause(LOOK_MS)
      while (running > 1 && performance.now() < endMs)
      return await run()
    } finally {
      clearTimeout(timer)
      await letGo()
    }
  }

  async function judged(
    job: Job,
    token: string | undefined,
    here: () => Promise<unknown>,
    apart: (() => Promise<unknown>) | undefined,
  ): Promise<unknown> {
    const { stalledCounter: deaths, attemptsStarted } = job
    // One that was revived keeps its deaths, and counts its starts anew.
    if (deaths >= maxStarts && attemptsStarted > maxStarts) {
      throw new UnrecoverableError(`its process died ${deaths} times while it ran`)
    }
    if (deaths < SUSPECT_AFTER[apart ? 'apart' : 'here']) return here()
    if (suspected) {
      // PostgreSQL takes whole milliseconds only.
      await job.moveToDelayed(Date.now() + Math.round(PUT_OFF_MS * (0.5 + Math.random())), token)
      throw new DelayedError()
    }
    suspected = true
    try {
      return await (apart?.() ?? byItself(here))
    } finally {
      suspected = false
    }
  }

  return async (...asked: Parameters<typeof judged>): Promise<unknown> => {
    running++
    try {
      return await judged(...asked)
    } finally {
      running--
    }
  }
}
