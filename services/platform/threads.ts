import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'
import { InvalidInput } from '../domain/errors.ts'
import { builtModule, FROM_SOURCE } from './built-module.ts'
import type { ThreadAnswer, ThreadRequest } from './thread-main.ts'

export interface ThreadsOptions {
  /** One a core, less one for the event loop, unless told. */
  readonly threads?: number
  /** A task that needs more JavaScript heap fails; the process does not. */
  readonly maxHeapMb?: number
  /** Awaited before each task: makes, at the first, what threads are to share. */
  readonly prepare?: () => Promise<unknown>
  /** Told what went wrong that no caller waits for. */
  readonly onStray?: (error: Error) => void
}

/** Runs what would block the event loop, and with it the job locks, HTTP and the database. */
export interface Threads {
  /**
   * Runs the exported function `task` of a module in a thread, on a copy of `input`.
   *
   * @param module `new URL('./some-task.ts', import.meta.url)`
   * @param abort ends the thread at once, whatever it is doing
   * @throws InvalidInput as `task` does; anything else as a plain Error
   */
  run<Output>(module: URL, input: unknown, abort?: AbortSignal): Promise<Output>
  close(): Promise<void>
}

const IDLE_MS = 60_000
const NOTHING: ThreadRequest = { module: '', input: undefined }
/** V8 would take 48 and never give them back, for a task that takes a second either way. */
const YOUNG_HEAP_MB = 12

export function openThreads(options: ThreadsOptions = {}): Threads {
  const { threads = Math.max(1, availableParallelism() - 1), maxHeapMb = 2_048 } = options
  const pool = new Piscina<ThreadRequest, ThreadAnswer>({
    filename: builtModule(new URL('./thread-main.ts', import.meta.url)),
    name: 'runTask',
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: IDLE_MS,
    execArgv: FROM_SOURCE ? learnTypeScript() : [],
    resourceLimits: {
      maxOldGenerationSizeMb: maxHeapMb,
      maxYoungGenerationSizeMb: YOUNG_HEAP_MB,
    },
  })
  // An answer can be on its way while its task is ended; without a listener it would end the process.
  pool.on('error', (error: Error) => options.onStray?.(error))
  let underWay = 0
  /** A thread that died is not replaced before somebody asks: what waits behind it would for ever. */
  const replaceDead = () => {
    if (pool.threads.length < Math.min(underWay, threads))
      pool.run(NOTHING, { name: 'wake' }).catch(() => undefined)
  }

  async function inThread(request: ThreadRequest, abort?: AbortSignal): Promise<ThreadAnswer> {
    underWay++
    try {
      return await pool.run(request, abort ? { signal: abort } : {})
    } finally {
      underWay--
      replaceDead()
    }
  }

  return {
    async run<Output>(module: URL, input: unknown, abort?: AbortSignal) {
      await options.prepare?.()
      abort?.throwIfAborted()
      const answer = await inThread({ module: builtModule(module), input }, abort)
      if (answer.status === 'invalid') throw new InvalidInput(answer.message, answer.issues)
      return answer.output as Output
    },
    close: () => pool.destroy(),
  }
}

/**
 * A thread starts without the loader of its parent. (`--import tsx` does nothing in a thread: tsx
 * takes that for the main thread's business.)
 */
function learnTypeScript(): string[] {
  const api = import.meta.resolve('tsx/esm/api')
  const script = `import { register } from '${api}'; register()`
  return ['--import', `data:text/javascript,${encodeURIComponent(script)}`]
}
