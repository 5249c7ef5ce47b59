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

/** A service that has only just been started, and may be killed before it is up. */
export interface ServiceStart extends Pick<ServiceProcess, 'said' | 'stop'> {
  /** Waits until it listens, and is killed where it does not. @returns its address */
  readonly up: (patienceMs?: number) => Promise<string>
}

/** Starts `gridtide serve` for real. */
export async function beginService(
  fleetFile: string,
  env: Readonly<Record<string, string>>,
): Promise<ServiceStart> {
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
  const address = () => {
    if (child.exitCode !== null) throw new Error(`the service ended at once:\n${said}`)
    return UP.exec(said)?.[1]
  }
  return {
    said: () => said,
    up: (patienceMs) =>
      until(address, 'the service to listen', patienceMs).catch((error: unknown) => {
        child.kill('SIGKILL') // nobody else knows of it
        throw error
      }),
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      const [code] = await exited
      return code as number | null
    },
  }
}

/** Starts `gridtide serve` for real and waits until it listens. */
export async function startService(
  fleetFile: string,
  env: Readonly<Record<string, string>>,
  patienceMs?: number,
): Promise<ServiceProcess> {
  const { up, said, stop } = await beginService(fleetFile, env)
  return { url: await up(patienceMs), said, stop }
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
