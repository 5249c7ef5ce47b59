import { join } from 'node:path'
import { type PolicyJob, windowsToPlay } from '../../backtest/index.ts'
import type { Threads } from '../../platform/threads.ts'
import { taskModule } from '../../wiring/task-module.ts'
import type { PlayTask, TimedResult } from '../../wiring/tasks/play-policy.ts'
import { sha256 } from './digest.ts'
import { readKept, writeKept } from './kept-file.ts'

const POLL_MS = 500

export interface PlayAllOptions {
  readonly threads: Threads
  /** Where finished policies are kept, so that a run that was ended goes on where it was. */
  readonly folder?: string
  /** @param share of all windows that are simulated, 0 to 1 */
  readonly onProgress: (share: number) => void
}

/** Plays every job in a thread of its own; those finished by an earlier run are read instead. */
export async function playAll(
  jobs: readonly PolicyJob[],
  { threads, folder, onProgress }: PlayAllOptions,
): Promise<TimedResult[]> {
  const sizes = jobs.map(windowsToPlay)
  const all = sizes.reduce((a, b) => a + b, 0)
  const counters = jobs.map(() => new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const kept = sizes.map(() => false)
  const report = () => {
    const done = counters.map((counter, i) =>
      kept[i] ? sizes[i]! : Math.min(sizes[i]!, Atomics.load(new Int32Array(counter), 0)),
    )
    onProgress(Math.min(1, done.reduce((a, b) => a + b, 0) / Math.max(1, all)))
  }
  const timer = setInterval(report, POLL_MS)
  try {
    return await Promise.all(
      jobs.map(async (job, i) => {
        const digest = digestOf(job)
        const part =
          folder === undefined
            ? undefined
            : join(folder, 'parts', `${job.policy}-${digest.slice(0, 12)}.json`)
        const found =
          part === undefined ? undefined : await readKept(part, (result: TimedResult) => result)
        const task: PlayTask = { job, progress: counters[i]! }
        const result = found ?? (await threads.run<TimedResult>(taskModule('play-policy'), task))
        if (part !== undefined && !found) await writeKept(part, result)
        kept[i] = true
        report()
        return result
      }),
    )
  } finally {
    clearInterval(timer)
  }
}

/** Everything a result depends on: another fleet, week, seed or knob is another result. */
function digestOf({ arena, tuning, reported, ...rest }: PolicyJob): string {
  const parts = [arena, ...tuning, {}, ...reported].map(digestOnce)
  return sha256(JSON.stringify([rest, parts]))
}

const digests = new WeakMap<object, string>()

/** The same weeks and the same fleet are in every job. */
function digestOnce(value: object): string {
  const known = digests.get(value)
  if (known !== undefined) return known
  const text = JSON.stringify(value, (_, entry: unknown) =>
    entry instanceof Float64Array || entry instanceof Int32Array ? [...entry] : entry,
  )
  const digest = sha256(text)
  digests.set(value, digest)
  return digest
}
