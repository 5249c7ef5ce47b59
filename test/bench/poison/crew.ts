import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { PoisonPlace } from './jobs.ts'

/** Of a worker, and of the process that it starts for suspects. */
export interface Programs {
  readonly worker: string
  readonly own: string
}

/** What a worker says of a job. */
export type Said = (what: 'started' | 'done', job: number, atMs: number) => void

/**
 * Some workers, each started again as soon as it dies.
 *
 * @returns once all are at work
 */
export async function startCrew(programs: Programs, place: PoisonPlace, size: number, said: Said) {
  let ended = false
  let deaths = 0
  const living = new Set<ChildProcess>()

  function start(): Promise<void> {
    const child = spawn(process.execPath, [programs.worker, JSON.stringify(place), programs.own], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    living.add(child)
    const lines = createInterface({ input: child.stdout })
    const working = new Promise<void>((resolve) => {
      lines.on('line', (line) => {
        const [what, job] = line.split(' ')
        if (what === 'working') resolve()
        else said(what as 'started' | 'done', Number(job), performance.now())
      })
    })
    // What the dead had written is still in the pipe.
    void Promise.all([once(child, 'exit'), once(lines, 'close')]).then(() => {
      living.delete(child)
      if (ended) return
      deaths += 1
      void start()
    })
    return working
  }

  await Promise.all(Array.from({ length: size }, start))
  return {
    deaths: () => deaths,
    async end(): Promise<void> {
      ended = true
      const gone = [...living].map((child) => once(child, 'exit'))
      for (const child of living) child.kill('SIGKILL')
      await Promise.all(gone)
    },
  }
}
