import { EventEmitter } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../infra/bootstrap/servers.mjs'
import { buildApp } from '../../services/api/index.ts'
import { watchCommand } from '../../services/cli/commands/watch.ts'
import { aPlan, memoryPorts } from '../api/memory-ports.ts'
import { runGridtide } from '../support/run-gridtide.ts'

let url: string
let app: Awaited<ReturnType<typeof buildApp>>
beforeAll(async () => {
  const security = { mode: 'open', tenant: 'default' } as const
  const ports = memoryPorts()
  ports.tenants.get('default')!.stored.push(aPlan(1))
  app = await buildApp(ports, { version: '1', security })
  url = await app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => app.close())

describe('gridtide watch', () => {
  test('looks once where there is no terminal: plan, grid, targets', async () => {
    const { code, out, err } = await runGridtide(['watch', '--url', url])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^Gridtide at 12:00:00 UTC\nplan \d+, automatic, holds for -?\d+ min: /)
    expect(out).toContain('gCO2e/kWh')
    expect(out).not.toContain('\u001B')
  })

  test('says the same as data', async () => {
    const { out } = await runGridtide(['watch', '--url', url, '--once', '--json'])
    expect(JSON.parse(out)).toMatchObject({
      plan: { version: expect.any(Number) },
      regions: [{ id: 'eu-north' }, {}],
    })
  })

  test('says in words that nothing answers, and what cannot be asked', async () => {
    const away = await runGridtide(['watch', '--url', `http://127.0.0.1:${await freePort()}`])
    expect(away).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^gridtide: does not answer \(ECONNREFUSED\)\n$/),
    })
    const every = await runGridtide(['watch', '--every', '0'])
    expect(every).toMatchObject({ code: 1, err: expect.stringMatching(/--every 0: expected/) })
  })

  test('on a terminal it draws over itself until Ctrl-C, and leaves the screen as it was', async () => {
    let out = ''
    const signals = new EventEmitter()
    const io = {
      out: (text: string) => {
        out += text
        if (out.split('\u001B[H').length === 3) signals.emit('SIGINT')
      },
      err: () => undefined,
      env: {},
      nowMs: Date.now,
      isTty: true,
    }
    const command = watchCommand(io, signals as unknown as NodeJS.Process)
    await command.parseAsync(['--url', url, '--every', '0.5'], { from: 'user' })
    expect(out.startsWith('\u001B[?1049h')).toBe(true)
    expect(out.endsWith('\u001B[?1049l\u001B[?25h')).toBe(true)
    expect(out).toContain('\u001B[1mGridtide\u001B[22m')
  })
})
