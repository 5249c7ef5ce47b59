import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { builtProgram } from './built-program.ts'

export interface ServiceProcess {
  readonly url: string
  /** Standard output and error so far. */
  said(): string
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number | null>
}

const root = join(import.meta.dirname, '../..')
const UP = /Gridtide is up at (http:\S+)/

/** Starts `gridtide serve` for real and waits until it listens. */
export async function startService(
  fleetFile: string,
  env: Readonly<Record<string, string>>,
  patienceMs?: number,
): Promise<ServiceProcess> {
  const child: ChildProcess = spawn(
    process.execPath,
    [await builtProgram(), 'serve', '--fleet', fleetFile],
    {
      cwd: root,
      env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let said = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
    })
  }
  const exited = once(child, 'exit')
  const url = await until(
    () => {
      if (child.exitCode !== null) throw new Error(`the service ended at once:\n${said}`)
      return UP.exec(said)?.[1]
    },
    'the service to listen',
    patienceMs,
  ).catch((error: unknown) => {
    child.kill('SIGKILL') // nobody else knows of it
    throw error
  })
  return {
    url,
    said: () => said,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      const [code] = await exited
      return code as number | null
    },
  }
}

/** Polls until there is an answer. */
export async function until<Found>(
  look: () => Found | undefined | false | Promise<Found | undefined | false>,
  what: string,
  timeoutMs = 120_000,
): Promise<Found> {
  const startedMs = Date.now()
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() - startedMs > timeoutMs) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
