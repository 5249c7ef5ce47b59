import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'

export interface Runner {
  readonly child: ChildProcess
  /** Each line it prints, in order. */
  readonly lines: AsyncIterator<string>
  readonly exited: Promise<[number | null, NodeJS.Signals | null]>
}

/** As one plain file, since a thousand starts would otherwise mostly measure the compiler. */
export async function runnerFile() {
  const folder = await mkdtemp(join(tmpdir(), 'gridtide-actuation-'))
  const outfile = join(folder, 'runner.cjs')
  const entryPoints = [join(import.meta.dirname, 'runner-child.ts')]
  await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['pg-native'],
  })
  return {
    start(...args: readonly string[]): Runner {
      const child = spawn(process.execPath, [outfile, ...args], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
      const exited = once(child, 'exit') as Runner['exited']
      return { child, lines, exited }
    },
    remove: () => rm(folder, { recursive: true }),
  }
}
