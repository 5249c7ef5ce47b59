import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Scope } from '../../services/api/access/caller.ts'
import { apiKeys, buildApp } from '../../services/api/index.ts'
import { UpstreamUnavailable } from '../../services/domain/errors.ts'
import { createKey } from '../../services/keys/index.ts'
import { type MemoryPorts, memoryPorts, NOW_MS } from './memory-ports.ts'

let ports: MemoryPorts
let app: FastifyInstance
let opened = 0

/** Pages that say what they were asked for. */
const queue = {
  board: async () => {
    opened++
    return ((pages: FastifyInstance, _options: object, done: () => void) => {
      pages.get('/', async (_, reply) => reply.type('text/html').send('<base href="x">'))
      pages.get('/api/:what', async ({ params, query }) => ({ params, query }))
      pages.put('/api/empty', async () => 'emptied')
      done()
    }) as never
  },
}

beforeAll(async () => {
  ports = memoryPorts()
  app = await buildApp(ports, {
    version: '1',
    nowMs: () => NOW_MS,
    security: { mode: 'closed', authenticators: [apiKeys(ports.keys, { nowMs: () => NOW_MS })] },
    queue,
  })
})
afterAll(() => app.close())

const keyWith = async (scope: Scope) =>
  (await createKey(ports.keys, { tenant: 'default', label: scope, scopes: [scope] }, NOW_MS)).text
const basic = (key: string) => `Basic ${Buffer.from(`anyone:${key}`).toString('base64')}`
const ask = (url: string, authorization?: string, method: 'GET' | 'PUT' = 'GET') =>
  app.inject({ method, url, ...(authorization && { headers: { authorization } }) })

it('asks a browser for a key, and takes it as a password', async () => {
  const stranger = await ask('/admin/queues')
  expect(stranger.statusCode).toBe(401)
  expect(stranger.headers['www-authenticate']).toMatch('Basic')
  expect(opened).toBe(0)
  const page = await ask('/admin/queues', basic(await keyWith('admin')))
  expect(page.statusCode).toBe(200)
  expect(page.body).toContain('<base')
  expect(page.headers['content-type']).toMatch('text/html')
  expect(page.headers['content-security-policy']).toMatch("default-src 'self'; base-uri 'self'")
  const bearer = `Bearer ${await keyWith('admin')}`
  const listed = await ask('/admin/queues/api/queues?status=failed', bearer)
  expect(listed.json()).toEqual({ params: { what: 'queues' }, query: { status: 'failed' } })
  expect(opened).toBe(1)
})

it('is for whoever may admin, and passes nothing on that could change a job', async () => {
  expect((await ask('/admin/queues', basic(await keyWith('read')))).statusCode).toBe(403)
  const admin = basic(await keyWith('admin'))
  expect((await ask('/admin/queues/api/empty', admin, 'PUT')).statusCode).toBe(404)
})

it('takes no password anywhere else: a browser sends it unasked', async () => {
  const admin = basic(await keyWith('admin'))
  expect((await ask('/v1/plans', admin)).statusCode).toBe(401)
})

it('opens its pages again where that failed at first: the queue was away', async () => {
  let tries = 0
  const flaky = {
    async board() {
      if (++tries === 1) throw new UpstreamUnavailable('away', { upstream: 'queue' })
      return queue.board()
    },
  }
  const another = await buildApp(memoryPorts(), {
    version: '1',
    security: { mode: 'open', tenant: 'default' },
    queue: flaky,
  })
  const statusNow = async () => (await another.inject('/admin/queues')).statusCode
  expect([await statusNow(), await statusNow(), await statusNow()]).toEqual([503, 200, 200])
  expect(tries).toBe(2)
  await another.close()
})
