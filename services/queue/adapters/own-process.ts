import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { getPriority, setPriority } from 'node:os'
import { type Job, UnrecoverableError } from 'bullmq'
import type { JobAnswer, JobAsked, JobOutcome } from '../answer-parent.ts'

/** Nothing else ran there, and one of the workers had died of it before: no bad luck any more. */
const MAX_DEATHS = 2
const DIED = 'a process of its own died while it ran'
/** Suspects come in company; a process that waits for one takes memory for nothing. */
const IDLE_MS = 10_000
const NICENESS = 10

/** Runs jobs in a process where nothing else runs. */
export interface OwnProcess {
  /**
   * @param deaths of such processes under this job before; see `deathsApart`
   * @returns what the job's handler gave
   * @throws UnrecoverableError where its handler says so, or this was the second death
   */
  run(asked: JobAsked, deaths: number, abort: AbortSignal): Promise<unknown>
  close(): void
}

/**
 * @param start a process that calls `answerParent`, with an IPC channel
 * @param heed what such a process has measured, as it tells with each answer
 */
export function ownProcess(
  start: () => ChildProcess,
  heed: (measured: unknown) => void = () => undefined,
): OwnProcess {
  let idle: ChildProcess | undefined
  let ending: NodeJS.Timeout | undefined

  async function started(abort: AbortSignal): Promise<ChildProcess> {
    const child = start()
    child.on('error', () => undefined) // told to whoever waits for it
    yieldToOthers(child)
    if ((await heard<'ready'>(child, abort)) === 'ready') return child
    throw new Error('no process of its own could be started for it')
  }

  /** @returns undefined where the process died */
  async function answerTo(asked: JobAsked, abort: AbortSignal): Promise<JobOutcome | undefined> {
    clearTimeout(ending)
    const child = idle?.connected ? idle : await started(abort)
    idle = undefined
    child.send(asked)
    const answer = await heard<JobAnswer>(child, abort)
    if (!answer) return undefined
    heed(answer.measured)
    idle = child
    ending = setTimeout(close, IDLE_MS)
    return answer
  }

  function close(): void {
    clearTimeout(ending)
    if (idle?.connected) idle.disconnect()
    idle = undefined
  }

  return {
    async run(asked, deaths, abort) {
      const answer = (await answerTo(asked, abort)) ?? died(deaths + 1)
      if (answer.status === 'done') return answer.result
      throw answer.final ? new UnrecoverableError(answer.reason) : new Error(answer.reason)
    },
    close,
  }
}

/**
 * How many of a job's attempts ended with a process of its own, as the queue keeps why each failed.
 * One that was revived begins anew, as its attempts do.
 */
export function deathsApart({
  attemptsMade,
  stacktrace,
}: Pick<Job, 'attemptsMade' | 'stacktrace'>) {
  const failed = attemptsMade > 0 ? (stacktrace ?? []).slice(-attemptsMade) : []
  return failed.filter((trace) => trace.startsWith(`Error: ${DIED}`)).length
}

const died = (deaths: number): JobOutcome => ({
  status: 'failed',
  reason: DIED,
  final: deaths >= MAX_DEATHS,
})

/** One that starts and dies again and again may not slow down who does healthy work. */
function yieldToOthers({ pid }: ChildProcess): void {
  if (pid !== undefined) setPriority(pid, Math.min(19, getPriority() + NICENESS))
}

/** The next thing that a process says; undefined where it ends instead. Ends it on `abort`. */
async function heard<Said>(child: ChildProcess, abort: AbortSignal): Promise<Said | undefined> {
  const done = new AbortController()
  const signal = AbortSignal.any([abort, done.signal])
  try {
    const [answer] = await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(() => []),
    ])
    return answer
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  } finally {
    done.abort()
  }
}
