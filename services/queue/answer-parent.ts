import { AppError } from '../domain/errors.ts'
import { inSpan, inTraceOf } from '../platform/tracing.ts'
import { checkPayload, type JobName } from './jobs.ts'
import type { JobContext, JobHandler, JobQueue } from './port.ts'

/** One job, as it is handed to a process of its own. */
export interface JobAsked {
  readonly name: JobName
  readonly payload: unknown
  readonly context: Pick<JobContext, 'id' | 'attempt' | 'dueAtMs'>
  readonly children: Awaited<ReturnType<JobContext['children']>>
  /** Headers of the trace that it is part of. */
  readonly trace: Record<string, string>
}
/** What became of it. */
export type JobOutcome =
  | { readonly status: 'done'; readonly result: unknown }
  | ({ readonly status: 'failed' } & JobFailure)
/** What such a process says of it; before the first, once, `ready`. */
export type JobAnswer = JobOutcome & {
  /** What was counted meanwhile, which would be lost with that process. */
  readonly measured: unknown
}

interface JobFailure {
  readonly reason: string
  /** Another run would fail the same way. */
  readonly final: boolean
}

/** Why a job failed, as the queue keeps it. */
export function failureOf(error: unknown): JobFailure {
  const message = error instanceof Error ? error.message : String(error) // an abort's reason is a text
  return error instanceof AppError && !error.retryable
    ? { reason: `${error.code}: ${message}`, final: true }
    : { reason: message, final: false }
}

/**
 * The child's side of a process that runs one job at a time for its parent, with whatever handlers
 * `begin` gives to `work`. Ends with its parent, and only so: a signal to the whole group is the
 * parent's business.
 *
 * @param takeMeasured what was counted since it was last asked; told with each answer
 */
export async function answerParent(
  begin: (queue: Pick<JobQueue, 'work'>) => Promise<void>,
  takeMeasured: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  process.once('disconnect', () => process.exit())
  if (!process.connected) process.exit() // it ended while this process began
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => undefined)
  // Whom it cannot be said to any more is gone, and this process ends with it.
  const say = (answer: JobAnswer | 'ready') => process.send!(answer, undefined, {}, () => undefined)
  const handlers = new Map<JobName, JobHandler<JobName>>()
  await begin({
    async work(name, handler) {
      handlers.set(name, handler as JobHandler<JobName>)
    },
  })
  const outcomeOf = async (asked: JobAsked): Promise<JobOutcome> => {
    const { name, payload, context, children, trace } = asked
    // Nobody waits for one that has no more time: its process is ended.
    const whole = {
      ...context,
      abort: new AbortController().signal,
      children: async () => children,
    }
    try {
      const work = async () => handlers.get(name)!(checkPayload(name, payload), whole)
      const ids = { 'gridtide.job_id': context.id }
      const result = await inTraceOf(trace, () => inSpan(`apart ${name}`, ids, work))
      return { status: 'done', result }
    } catch (error) {
      return { status: 'failed', ...failureOf(error) }
    }
  }
  process.on('message', async (asked: JobAsked) => {
    const outcome = await outcomeOf(asked)
    say({ ...outcome, measured: await takeMeasured() })
  })
  say('ready')
}
