import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiKeys } from '../../services/api/access/api-keys.ts'
import { mayUse, SCOPES, type Scope } from '../../services/api/access/caller.ts'
import { guard } from '../../services/api/access/guard.ts'
import { buildApp } from '../../services/api/app.ts'
import { isLoopback, listenSafely } from '../../services/api/listen-safely.ts'
import { createKey } from '../../services/keys/index.ts'
import { ACCESS_TABLE } from './access-table.ts'
import { aPlan, type MemoryPorts, memoryPorts, NOW_MS } from './memory-ports.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

const TENANTS = ['acme', 'globex'] as const
let ports: MemoryPorts
let app: FastifyInstance
const keyOf = new Map<string, string>()
let operations: { id: string; method: Method; url: string }[]

beforeAll(async () => {
  ports = memoryPorts(...TENANTS)
  for (const tenant of TENANTS) {
    ports.tenants.get(tenant)!.stored.push(aPlan(tenant === 'acme' ? 1 : 2))
    for (const scope of SCOPES) {
      const made = await createKey(ports.keys, { tenant, label: scope, scopes: [scope] }, NOW_MS)
      keyOf.set(`${tenant}/${scope}`, made.text)
    }
  }
  app = await buildApp(ports, {
    version: '1',
    nowMs: () => NOW_MS,
    security: {
      mode: 'closed',
      authenticators: [apiKeys(ports.keys, { nowMs: () => NOW_MS })],
    },
    limits: { guessesPerMinute: 1000, eventStreams: 0 },
  })
  const document = (await app.inject('/openapi.json')).json()
  operations = Object.entries<Record<string, { operationId: string }>>(document.paths).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => ({
        id: operationId,
        method: method.toUpperCase() as Method,
        url: path
          .replace('{version}', '1')
          .replace('{other}', '1')
          .replace(/\{\w+\}/, 'abcdef01'),
      })),
  )
})
afterAll(() => app.close())

const call = (method: Method, url: string, key?: string, body?: object) =>
  app.inject({
    method,
    url,
    headers: { ...(key && { authorization: `Bearer ${key}` }) },
    ...(body && { payload: body }),
  })

describe('every operation', () => {
  it('is in the table, and the table has no other', () => {
    expect(operations.map(({ id }) => id).sort()).toEqual(Object.keys(ACCESS_TABLE).sort())
  })

  it('is refused without a key, with one that is none, and audited', async () => {
    for (const { id, method, url } of operations) {
      ports.recorded.length = 0
      const expected = ACCESS_TABLE[id] === 'public' ? 200 : 401
      for (const key of [undefined, 'nonsense', `gridtide_00000000_${'A'.repeat(43)}`]) {
        const answer = await call(method, url, key)
        expect(answer.statusCode, `${id} ${key}`).toBe(expected)
      }
      expect(ports.recorded, id).toHaveLength(expected === 401 ? 3 : 0)
    }
    expect((await call('GET', '/v1/plans')).headers['www-authenticate']).toBe('Bearer')
  })

  it('is open to exactly the scopes of the table, for each tenant', async () => {
    const cells = operations
      .filter(({ id }) => ACCESS_TABLE[id] !== 'public')
      .flatMap((operation) => TENANTS.map((tenant) => ({ ...operation, tenant })))
      .flatMap((cell) => SCOPES.map((scope) => ({ ...cell, scope })))
    for (const { id, method, url, tenant, scope } of cells) {
      const { statusCode } = await call(method, url, keyOf.get(`${tenant}/${scope}`))
      const allowed = mayUse({ subject: '', tenant, scopes: [scope] }, ACCESS_TABLE[id] as Scope)
      const refused = statusCode === 401 || statusCode === 403
      expect(refused, `${id} as ${tenant}/${scope}: ${statusCode}`).toBe(!allowed)
    }
  })

  it('tells the audit log who was refused what, and why', async () => {
    ports.recorded.length = 0
    await call('GET', '/v1/audit?cursor=secret', keyOf.get('acme/read'))
    expect(ports.recorded).toEqual([
      {
        tenant: 'acme',
        atMs: NOW_MS,
        actor: expect.stringMatching(/^key:[0-9a-f]{8} \(read\)$/),
        action: 'call.denied',
        subject: 'GET /v1/audit',
        outcome: 'denied',
        words: 'this needs a key with the scope `admin` (from 127.0.0.1)',
      },
    ])
  })
})

describe('a tenant', () => {
  const as = (tenant: string, scope: Scope) => keyOf.get(`${tenant}/${scope}`)!

  it('sees its own plans and nobody else’s', async () => {
    expect((await call('GET', '/v1/plans/1', as('acme', 'read'))).statusCode).toBe(200)
    expect((await call('GET', '/v1/plans/2', as('acme', 'read'))).statusCode).toBe(404)
    expect((await call('GET', '/v1/plans/1', as('globex', 'read'))).statusCode).toBe(404)
    for (const tenant of TENANTS) {
      const plan = (await call('GET', '/v1/plans/current', as(tenant, 'admin'))).json()
      expect(plan.version).toBe(tenant === 'acme' ? 1 : 2)
      const page = (await call('GET', '/v1/plans', as(tenant, 'admin'))).json()
      expect(page.items).toHaveLength(1)
    }
    const crossed = await call('GET', '/v1/plans/1/diff/2', as('acme', 'admin'))
    expect(crossed.statusCode).toBe(404)
  })

  it('cannot name another one, in a body, a query or a header', async () => {
    const key = as('acme', 'admin')
    const body = { label: 'x', scopes: ['read'], tenant: 'globex' }
    expect((await call('POST', '/v1/keys', key, body)).json().issues).toEqual([
      { path: '/body/tenant', message: 'is not a field here' },
    ])
    expect((await call('GET', '/v1/plans?tenant=globex', key)).statusCode).toBe(400)
    const answer = await app.inject({
      url: '/v1/plans/current',
      headers: { authorization: `Bearer ${key}`, 'x-tenant': 'globex' },
    })
    expect(answer.json().version).toBe(1)
  })

  it('manages its own keys and finds no other', async () => {
    const admin = as('acme', 'admin')
    const made = await call('POST', '/v1/keys', admin, { label: 'ci', scopes: ['read'] })
    expect(made.statusCode).toBe(201)
    const { key, prefix } = made.json()
    expect(made.body).not.toContain('proof')
    expect((await call('GET', '/v1/plans/1', key)).statusCode).toBe(200)
    const listed = (await call('GET', '/v1/keys', admin)).body
    expect(listed).toContain(prefix)
    expect(listed).not.toMatch(/proof|scrypt|gridtide_/)

    const stranger = as('globex', 'admin')
    expect((await call('GET', '/v1/keys', stranger)).body).not.toContain(prefix)
    expect((await call('DELETE', `/v1/keys/${prefix}`, stranger)).statusCode).toBe(404)
    const stolen = await call('POST', `/v1/keys/${prefix}/rotate`, stranger, { overlapSeconds: 0 })
    expect(stolen.statusCode).toBe(404)

    const rotated = await call('POST', `/v1/keys/${prefix}/rotate`, admin, { overlapSeconds: 60 })
    expect(rotated.statusCode).toBe(201)
    expect((await call('GET', '/v1/plans/1', rotated.json().key)).statusCode).toBe(200)
    const ended = await call('DELETE', `/v1/keys/${rotated.json().prefix}`, admin)
    expect(ended.json().revokedAtMs).toBe(NOW_MS)
    expect((await call('GET', '/v1/plans/1', rotated.json().key)).statusCode).toBe(401)
    const past = await call('POST', '/v1/keys', admin, {
      label: 'late',
      scopes: ['read'],
      expiresAtMs: 1,
    })
    expect(past.json().issues[0].path).toBe('/expiresAtMs')
  })

  it('that nobody knows finds nothing', async () => {
    const made = await createKey(
      ports.keys,
      { tenant: 'nobody', label: 'x', scopes: ['admin'] },
      NOW_MS,
    )
    expect((await call('GET', '/v1/plans', made.text)).statusCode).toBe(404)
  })
})

describe('without keys', () => {
  const open = { mode: 'open', tenant: 'acme' } as const

  it('is refused everywhere but on loopback', async () => {
    for (const host of ['0.0.0.0', '::', '10.1.2.3', 'example.com', '127.0.0.1.evil.example']) {
      const listening = listenSafely(app, { host, port: 0, security: open })
      await expect(listening, host).rejects.toThrow('without keys')
    }
    for (const host of ['localhost', '127.0.0.1', '127.8.8.8', '::1']) {
      expect(isLoopback(host), host).toBe(true)
    }
    const local = await buildApp(
      { ...ports, metrics: memoryPorts().metrics },
      {
        version: '1',
        security: open,
      },
    )
    const url = await listenSafely(local, { host: '127.0.0.1', port: 0, security: open })
    expect((await fetch(`${url}/v1/plans/current`)).status).toBe(200)
    await local.close()
  })

  it('answers to a local name only, so that no web page can reach it by another', async () => {
    const local = await buildApp(
      { ...ports, metrics: memoryPorts().metrics },
      {
        version: '1',
        security: open,
      },
    )
    const withHost = (host: string) => local.inject({ url: '/v1/plans/1', headers: { host } })
    expect((await withHost('localhost:8080')).statusCode).toBe(200)
    expect((await withHost('[::1]:8080')).statusCode).toBe(200)
    const rebound = await withHost('rebind.evil.example')
    expect(rebound.statusCode).toBe(403)
    await local.close()
  })

  it('lets no page of another site read it', async () => {
    const local = await buildApp(
      { ...ports, metrics: memoryPorts().metrics },
      { version: '1', security: open },
    )
    const origin = 'https://evil.example'
    const headers = { origin, host: 'localhost', 'access-control-request-method': 'PUT' }
    const before = { method: 'OPTIONS', url: '/v1/policy', headers } as const
    for (const call of [before, { url: '/v1/plans/1', headers }]) {
      const answer = await local.inject(call)
      const names = Object.keys(answer.headers)
      expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
    expect((await local.inject(before)).statusCode).toBe(405)
    await local.close()
  })
})

it('does not start with a route that does not say who may use it', async () => {
  const bare = Fastify()
  guard(bare, ports, {
    security: { mode: 'open', tenant: 'acme' },
    nowMs: () => NOW_MS,
    guessesPerMinute: 1,
    requestsPerMinute: 1,
  })
  expect(() => bare.get('/forgotten', async () => 'oops')).toThrow('does not say who may use it')
})
