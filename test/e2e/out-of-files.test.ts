import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundleChild } from '../support/bundle-child.ts'

const CHILD = new URL('../support/no-files-child.ts', import.meta.url).pathname

let program: Awaited<ReturnType<typeof bundleChild>>
beforeAll(async () => {
  program = await bundleChild(CHILD)
})
afterAll(() => program.remove())

/** Where a flood of callers has taken all files of the process. */
it.each([
  ['exec', 'UpstreamUnavailable: exec: cannot be started now (EMFILE)'],
  ['apart', expect.stringMatching(/^Error: spawn \S+ EMFILE$/)],
])('%s: a program that cannot be started fails, and the process goes on', async (way, outcome) => {
  const script = `ulimit -n 64 && exec "$0" "$@"`
  const argv = ['-c', script, process.execPath, program.path, way]
  expect((await promisify(execFile)('bash', argv)).stdout).toEqual(outcome)
})
