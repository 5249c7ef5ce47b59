import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtProgram } from '../support/built-program.ts'
import { freshFolder } from '../support/engines.ts'
import { until } from '../support/service-process.ts'

let home: string
beforeAll(async () => {
  home = await freshFolder()
})
afterAll(() => rm(home, { recursive: true, force: true }))

const start = async (...argv: string[]) =>
  spawn(process.execPath, [await builtProgram(), ...argv], {
    env: { PATH: process.env.PATH, NO_COLOR: '1', PORT: '0', GRIDTIDE_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })

/** `gridtide ... | head -1`, where `head` may leave before the first line. */
async function unread(...argv: string[]) {
  const child = await start(...argv)
  child.stdout.destroy()
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, err }
}

describe('whoever read what is said has gone', () => {
  it('does not end the service, which goes on until it is told to end, and then closes', async () => {
    const child = await start('serve', '--fleet', 'config/examples/two-regions.yaml')
    const exited = once(child, 'exit')
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    const url = await until(() => /is up at (http:\S+)/.exec(said)?.[1], 'the service to listen')
    child.stdout.destroy()
    child.stderr.destroy()
    const planned = async () => (await fetch(`${url}/v1/plans/current`)).ok
    await until(planned, 'the first plan, which it says something of')
    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
    expect(existsSync(join(home, 'lock'))).toBe(false)
  })

  it('is no failure of a command', async () => {
    expect(await unread('schema')).toEqual({ code: 0, err: '' })
  })

  it('ends a command that would go on for ever', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const ended = await unread('watch', '--json', '--every', '0.5', '--url', url)
    expect(ended).toEqual({ code: 0, err: '' })
    server.close()
  })
})
