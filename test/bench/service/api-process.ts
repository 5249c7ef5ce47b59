import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { bundleChild } from '../../support/bundle-child.ts'

export interface ApiPlace {
  /** Folder of the embedded database. */
  readonly home: string
  /** Of a server instead. */
  readonly databaseUrl?: string
}

const CHILD = new URL('./api-child.ts', import.meta.url).pathname

/**
 * Starts the API in a process of its own, in one file as a package has it (Linux: its memory is read
 * from /proc).
 *
 * @param flags more flags for Node, e.g. `--cpu-prof`
 */
export async function startApiProcess(place: ApiPlace, flags: readonly string[] = []) {
  const program = await bundleChild(CHILD)
  const child = fork(program.path, [JSON.stringify(place)], { execArgv: [...flags] })
  const [{ url, key }] = (await once(child, 'message')) as [{ url: string; key: string }]
  const ofChild = (file: string) => `/proc/${child.pid}/${file}`
  return {
    url,
    key,
    /** Forgets what the most memory was. */
    forgetMemory: () => writeFileSync(ofChild('clear_refs'), '5'),
    /** The most memory since then, in MB. */
    mostRssMb(): number {
      const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(ofChild('status'), 'utf8'))!
      return Math.round(Number(kilobytes) / 1024)
    },
    async end(): Promise<void> {
      const gone = once(child, 'exit')
      child.send('end')
      await gone
      await program.remove()
    },
  }
}
