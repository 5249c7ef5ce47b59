import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const CHILD = join(import.meta.dirname, '../../support/scale-child.ts')

/** Worker processes that come and go. */
export interface Crew {
  add(): Promise<void>
  /**
   * SIGKILL to the first one that has jobs in hand, once one has: no goodbye.
   *
   * @returns how many jobs it had taken up and not ended
   */
  kill(): Promise<number>
  /** SIGTERM to all: they finish what they have in hand. */
  dismiss(): Promise<void>
  /** Blocks that were solved, by anybody, as often as they were. */
  solved(): number
}

interface Worker {
  readonly child: ChildProcess
  /** Jobs taken up and not ended. */
  held: number
}

const LOOK_MS = 5

const timesIn = (text: string, word: string): number => text.split(`${word}\n`).length - 1

/** @param options of the child, as it reads them */
export function crewOf(options: object): Crew {
  const working: Worker[] = []
  let solved = 0
  const end = async (child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM') => {
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }
  return {
    solved: () => solved,
    async add() {
      const child = spawn(process.execPath, ['--import', 'tsx', CHILD, JSON.stringify(options)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const worker = { child, held: 0 }
      working.push(worker)
      await new Promise<void>((resolve, reject) => {
        child.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)))
        child.stdout!.setEncoding('utf8').on('data', (text: string) => {
          if (text.includes('ready\n')) resolve()
          solved += timesIn(text, 'solved')
          worker.held += timesIn(text, 'took') - timesIn(text, 'gave')
        })
      })
    },
    async kill() {
      for (;;) {
        const busy = working.findIndex(({ held }) => held > 0)
        if (busy !== -1) {
          const [{ child, held }] = working.splice(busy, 1) as [Worker]
          await end(child, 'SIGKILL')
          return held
        }
        await pause(LOOK_MS)
      }
    },
    async dismiss() {
      await Promise.all(working.splice(0).map(({ child }) => end(child, 'SIGTERM')))
    },
  }
}
