import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { apiKeys } from '../../services/api/access/api-keys.ts'
import { buildApp } from '../../services/api/app.ts'
import { type Gridtide, gridtide } from '../../services/client/index.ts'
import { createKey } from '../../services/keys/index.ts'
import { aPlan, type MemoryPorts, memoryPorts, NOW_MS } from '../api/memory-ports.ts'

let ports: MemoryPorts
let app: FastifyInstance
let client: Gridtide
let baseUrl: string

beforeAll(async () => {
  ports = memoryPorts()
  ports.tenants.get('default')!.stored.push({ ...aPlan(1), approval: 'pending' })
  const nowMs = () => NOW_MS
  const scopes = ['read', 'act'] as const
  const { text: key } = await createKey(
    ports.keys,
    { tenant: 'default', label: 'c', scopes },
    NOW_MS,
  )
  app = await buildApp(ports, {
    version: '1',
    nowMs,
    security: { mode: 'closed', authenticators: [apiKeys(ports.keys, { nowMs })] },
  })
  baseUrl = await app.listen({ host: '127.0.0.1', port: 0 })
  client = gridtide({ baseUrl, key })
})
afterAll(async () => {
  const closed = app.close()
  app.server.closeAllConnections() // one that fetch opened ahead would be waited for
  await closed
})

it('asks, changes and is refused, all typed', async () => {
  const current = await client.GET('/v1/plans/current')
  expect(current.data?.version).toBe(1)
  const approved = await client.POST('/v1/plans/{version}/approve', {
    params: { path: { version: 1 } },
    body: { words: 'typed' },
  })
  expect(approved.data?.decided?.words).toBe('typed')
  const again = await client.POST('/v1/plans/{version}/approve', {
    params: { path: { version: 1 } },
    body: {},
  })
  expect(again.error?.code).toBe('CONFLICT')
})

it('follows events over a lost connection, and misses none', async () => {
  const { log } = ports.tenants.get('default')!
  const tell = (id: number) => log.push({ id, type: 'plan.changed', atMs: id, data: { id } })
  const abort = new AbortController()
  const seen: number[] = []
  for (const id of [1, 2, 3]) tell(id)
  for await (const { id } of client.events({ lastEventId: 1, abort: abort.signal })) {
    seen.push(id)
    if (id === 3) {
      app.server.closeAllConnections() // the next ones come over another connection
      for (const next of [4, 5]) tell(next)
    }
    if (id === 5) break
  }
  abort.abort()
  expect(seen).toEqual([2, 3, 4, 5])
})

it('misses nothing where the first connection is lost before anything happened', async () => {
  const { log } = ports.tenants.get('default')!
  const last = log.at(-1)!.id
  const abort = new AbortController()
  const seen = client.events({ abort: abort.signal }).next()
  const openStreams = async () => (await ports.metrics.metrics()).match(/stream_clients (\d+)/)![1]
  await expect.poll(openStreams).toBe('1')
  await new Promise((resolve) => setTimeout(resolve, 200)) // it hears where it begins
  app.server.closeAllConnections()
  log.push({ id: last + 1, type: 'plan.changed', atMs: 1, data: {} })
  expect((await seen).value).toMatchObject({ id: last + 1 })
  abort.abort()
})

it('hears an abort while it waits to come back', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] }) // none ever ends by itself
  const abort = new AbortController()
  const nobody = gridtide({ baseUrl: 'http://127.0.0.1:1' })
  const next = nobody.events({ abort: abort.signal }).next()
  await expect.poll(() => vi.getTimerCount()).toBeGreaterThan(0)
  abort.abort()
  expect(await next).toEqual({ done: true, value: undefined })
  vi.useRealTimers()
})

it('gives up where it is not let in', async () => {
  const stranger = gridtide({ baseUrl, key: 'nonsense' })
  await expect(stranger.events().next()).rejects.toThrow('401')
})
