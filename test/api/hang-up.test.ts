import { once } from 'node:events'
import { connect } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildApp } from '../../services/api/app.ts'
import { type MemoryPorts, memoryPorts } from './memory-ports.ts'

const CHANGES_AT_ONCE = 3
const DEMAND = JSON.stringify({
  kind: 'forecast',
  origin: 'eu',
  slots: [{ startMs: Date.now(), endMs: Date.now() + 60_000, tokensPerSecond: 1 }],
})

let app: FastifyInstance
let ports: MemoryPorts
let url = ''
/** How many wait for the store, and what lets them go on. */
let waiting = 0
let release: () => void

beforeEach(async () => {
  ports = memoryPorts()
  const { demand } = ports.tenants.get('default')!
  const { push } = demand
  waiting = 0
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  Object.assign(demand, {
    push: (...args: Parameters<typeof push>) => {
      waiting++
      return released.then(() => push(...args))
    },
  })
  app = await buildApp(ports, {
    version: '1',
    security: { mode: 'open', tenant: 'default' },
    limits: { changesAtOnce: CHANGES_AT_ONCE },
  })
  url = await app.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  release()
  await app.close()
})

const sent = (method: string, path: string, body: string) =>
  `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`

/** Asks for a change over a socket of its own, and hangs up once it is under way. */
async function changeAndHangUp(): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  await once(socket, 'connect')
  const before = waiting
  socket.write(sent('PUT', '/v1/models/llama-70b/demand', DEMAND))
  await expect.poll(() => waiting).toBeGreaterThan(before)
  socket.destroy()
  await once(socket, 'close')
}

const put = (path: string, body: string) =>
  fetch(url + path, { method: 'PUT', body, headers: { 'content-type': 'application/json' } })

const measured = async () => (await ports.metrics.metrics()).split('\n')
const COUNT = 'gridtide_http_request_seconds_count{operation="pushDemand"'

describe('a caller that hangs up before it is answered', () => {
  it('gives back its place among what is being answered, once', async () => {
    for (let n = 0; n < CHANGES_AT_ONCE + 2; n++) {
      await changeAndHangUp()
      await expect.poll(measured).toContain(`${COUNT},status="499"} ${n + 1}`)
    }
    release()
    const after = Array.from({ length: CHANGES_AT_ONCE }, () =>
      put('/v1/models/llama-70b/demand', DEMAND),
    )
    for (const { status } of await Promise.all(after)) expect(status).toBe(200)
  })

  it('is audited for what it changed', async () => {
    await changeAndHangUp()
    expect(ports.recorded).toEqual([])
    release()
    await expect.poll(() => ports.recorded.length).toBe(1)
    expect(ports.recorded).toMatchObject([{ action: 'pushDemand', outcome: 'done' }])
    expect(ports.tenants.get('default')!.pushed).toHaveLength(1)
  })
})

it('lets the kill switch through while no other change is', async () => {
  const held = Array.from({ length: CHANGES_AT_ONCE }, () =>
    put('/v1/models/llama-70b/demand', DEMAND),
  )
  await expect.poll(() => waiting).toBe(CHANGES_AT_ONCE)
  expect((await put('/v1/models/llama-70b/demand', DEMAND)).status).toBe(503)
  expect((await put('/v1/stop', '{"why":"now"}')).status).toBe(200)
  release()
  for (const { status } of await Promise.all(held)) expect(status).toBe(200)
})
