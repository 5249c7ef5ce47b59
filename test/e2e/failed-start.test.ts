import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { builtProgram } from '../support/built-program.ts'
import { freshFolder } from '../support/engines.ts'

/** Opening what is kept takes seconds on a busy machine; a process that never ends is another thing. */
const PATIENCE_MS = 60_000
let taken: Server
let takenPort: string
let home: string
beforeAll(async () => {
  home = await freshFolder()
  taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  takenPort = String((taken.address() as AddressInfo).port)
})
afterAll(async () => {
  taken?.close()
  await rm(home, { recursive: true, force: true })
})

/** @returns how it ended; the code is null where it had to be killed */
async function serve(env: Record<string, string>) {
  const fleet = 'config/examples/two-regions.yaml'
  const child = spawn(process.execPath, [await builtProgram(), 'serve', '--fleet', fleet], {
    env: { PATH: process.env.PATH, NO_COLOR: '1', LOG_LEVEL: 'error', GRIDTIDE_HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text
  })
  const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(impatience)
  return { code, ...said }
}

it.each([
  ['PORT', () => ({ PORT: takenPort })],
  ['GRIDTIDE_SCALER_PORT', () => ({ PORT: '0', GRIDTIDE_SCALER_PORT: takenPort })],
])('ends at once where %s is taken, with one line that says so', async (_name, env) => {
  const { code, err } = await serve(env())
  expect(err).toMatch(new RegExp(`^[^\\n]*:${takenPort}[^\\n]*\\n$`))
  expect(code).toBe(1)
})
