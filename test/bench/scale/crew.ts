import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const CHILD = join(import.meta.dirname, '../../support/scale-child.ts')

/** Worker processes that come and go. */
export interface Crew {
  add(): Promise<void>
  /** SIGKILL to the one that has worked longest: no goodbye, jobs in hand. */
  kill(): Promise<void>
  /** SIGTERM to all: they finish what they have in hand. */
  dismiss(): Promise<void>
  /** Blocks that were solved, by anybody, as often as they were. */
  solved(): number
}

/** @param options of the child, as it reads them */
export function crewOf(options: object): Crew {
  const working: ChildProcess[] = []
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
      working.push(child)
      await new Promise<void>((resolve, reject) => {
        child.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)))
        child.stdout!.setEncoding('utf8').on('data', (text: string) => {
          if (text.includes('ready\n')) resolve()
          solved += text.split('solved\n').length - 1
        })
      })
    },
    async kill() {
      const [oldest] = working.splice(0, 1)
      if (oldest) await end(oldest, 'SIGKILL')
    },
    async dismiss() {
      await Promise.all(working.splice(0).map((child) => end(child, 'SIGTERM')))
    },
  }
}
