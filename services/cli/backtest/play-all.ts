import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type PolicyJob, type PolicyResult, windowsToPlay } from '../../backtest/index.ts'
import type { Threads } from '../../platform/threads.ts'
import type { PlayTask } from '../../wiring/tasks/play-policy.ts'

const PLAY = new URL('../../wiring/tasks/play-policy.ts', import.meta.url)
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
): Promise<PolicyResult[]> {
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
        const found = part === undefined ? undefined : await readPart(part)
        const task: PlayTask = { job, progress: counters[i]! }
        const result = found ?? (await threads.run<PolicyResult>(PLAY, task))
        if (part !== undefined && !found) await writePart(part, result)
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
function digestOf(job: PolicyJob): string {
  const text = JSON.stringify(job, (_, value: unknown) =>
    value instanceof Float64Array || value instanceof Int32Array ? [...value] : value,
  )
  return createHash('sha256').update(text).digest('hex')
}

async function readPart(file: string): Promise<PolicyResult | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as PolicyResult
  } catch {
    // Absent or cut short: then it is played.
    return undefined
  }
}

async function writePart(file: string, result: PolicyResult): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(`${file}.new`, JSON.stringify(result))
  await rename(`${file}.new`, file)
}
