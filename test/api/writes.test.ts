import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildApp } from '../../services/api/app.ts'
import {
  aPlan,
  type MemoryPorts,
  type MemoryTenant,
  memoryPorts,
  memoryTenant,
  NOW_MS,
} from './memory-ports.ts'

let ports: MemoryPorts
let tenant: MemoryTenant
let app: FastifyInstance

beforeAll(async () => {
  ports = memoryPorts()
  app = await buildApp(ports, {
    version: '1',
    security: { mode: 'open', tenant: 'default' },
    nowMs: () => NOW_MS,
  })
})
afterAll(() => app.close())
beforeEach(() => {
  tenant = memoryTenant()
  ports.tenants.set('default', tenant)
  ports.recorded.length = 0
})

const send = (
  method: 'PUT' | 'POST',
  url: string,
  payload: unknown,
  headers: Record<string, string> = {},
) =>
  app.inject({
    method,
    url,
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  })

const tagOf = async (url: string): Promise<string> => String((await app.inject(url)).headers.etag)
const MODEL = '/v1/models/llama-70b'

describe('PUT /v1/models/{id}', () => {
  const slo = { ttftP95Ms: 800, tpotP95Ms: 60 }

  it('changes what the writer has seen, and tells its new tag and the audit log', async () => {
    const seen = await tagOf(MODEL)
    const answer = await send('PUT', MODEL, { slo }, { 'if-match': seen })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers.etag).toMatch(/^"r2-[0-9a-f]{16}"$/)
    expect(await tagOf(MODEL)).toBe(answer.headers.etag)
    expect((await send('PUT', MODEL, { slo }, { 'if-match': seen })).statusCode).toBe(412)
    expect((await send('PUT', MODEL, { slo }, { 'if-match': '*' })).statusCode).toBe(200)
    const absent = await send('PUT', '/v1/models/none', { slo }, { 'if-match': '*' })
    expect(absent.statusCode).toBe(412)
    ports.recorded.splice(1)
    expect(answer.json().slo).toEqual(slo)
    expect(ports.recorded).toEqual([
      {
        tenant: 'default',
        atMs: NOW_MS,
        actor: 'local',
        action: 'putModel',
        subject: 'PUT /v1/models/llama-70b',
        outcome: 'done',
        words: 'from 127.0.0.1',
      },
    ])
  })

  it('refuses a writer who has seen nothing, or something older, and changes nothing', async () => {
    expect((await send('PUT', '/v1/models/llama-70b', { slo })).statusCode).toBe(428)
    const stale = await send(
      'PUT',
      '/v1/models/llama-70b',
      { slo },
      { 'if-match': `"r7-${'0'.repeat(16)}"` },
    )
    expect(stale.statusCode).toBe(412)
    expect(stale.json().code).toBe('PRECONDITION_FAILED')
    const odd = await send('PUT', '/v1/models/llama-70b', { slo }, { 'if-match': 'W/"x"' })
    expect(odd.json().issues[0].path).toBe('/headers/if-match')
    const model = await app.inject('/v1/models/llama-70b')
    expect(model.headers.etag).toMatch(/^"r1-/)
    expect(ports.recorded).toEqual([])
  })

  it('adds a model that is not there yet, once', async () => {
    const model = {
      workload: { inputTokens: 10, outputTokens: 10 },
      demand: [{ kind: 'constant', origin: 'eu', tokensPerSecond: 5 }],
      slo,
    }
    const headers = { 'if-none-match': '*' }
    const added = await send('PUT', '/v1/models/new', model, headers)
    expect(added.json()).toMatchObject({ id: 'new', origins: ['eu'] })
    expect((await send('PUT', '/v1/models/new', model, headers)).statusCode).toBe(412)
  })

  it('names every wrong field, and lets nobody name a file', async () => {
    const wrong = {
      slo: { ttftP95Ms: -1, 'a/b~c': 1 },
      runs: ['/etc/passwd'],
      precision: 'fp64',
      demand: [{ kind: 'csv', origin: 'eu', file: '/etc/passwd' }],
    }
    const answer = await send('PUT', '/v1/models/llama-70b', wrong, { 'if-match': '*' })
    expect(answer.statusCode).toBe(400)
    const paths = answer.json().issues.map(({ path }: { path: string }) => path)
    expect(paths).toEqual(
      expect.arrayContaining([
        '/body/runs',
        '/body/slo/ttftP95Ms',
        '/body/slo/tpotP95Ms',
        '/body/slo/a~1b~0c',
        '/body/precision',
      ]),
    )
    expect(answer.body).toContain('must be one of bf16, fp8, mxfp4, int8, int4')
    expect(paths.some((path: string) => path.startsWith('/body/demand/0'))).toBe(true)
  })

  it('takes numbers as numbers: text is no number in a body', async () => {
    const body = { minReplicas: '3' }
    const answer = await send('PUT', '/v1/models/llama-70b', body, { 'if-match': '*' })
    expect(answer.json().issues[0].path).toBe('/body/minReplicas')
  })
})

describe('bodies', () => {
  const put = (payload: string, headers: Record<string, string> = {}) =>
    send('PUT', '/v1/policy', payload, { 'if-match': '*', ...headers })

  it('may not touch prototypes', async () => {
    for (const hostile of [
      '{"__proto__":{"admin":true}}',
      '{"constructor":{"prototype":{"admin":true}}}',
      '{"objective":"carbon","carbonGPerUsd":0,"minDwellMinutes":1,"x":{"__proto__":1}}',
    ]) {
      const answer = await put(hostile)
      expect(answer.statusCode, hostile).toBe(400)
      expect(answer.json().code).toBe('INVALID_INPUT')
    }
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  it('may not be too large, broken, empty, deep or of another type', async () => {
    const large = await put(JSON.stringify({ x: 'x'.repeat(256 * 1024) }))
    expect(large.statusCode).toBe(413)
    expect(large.json().code).toBe('PAYLOAD_TOO_LARGE')
    expect((await put('{"objective":')).json().code).toBe('INVALID_INPUT')
    expect((await put('')).json().code).toBe('INVALID_INPUT')
    expect((await put(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).statusCode).toBe(400)
    expect((await put('"text"')).statusCode).toBe(400)
    expect((await put('null')).statusCode).toBe(400)
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/xml']) {
      const other = await put('{}', { 'content-type': type })
      expect(other.statusCode, type).toBe(415)
      expect(other.json().code).toBe('UNSUPPORTED_MEDIA_TYPE')
    }
  })
})

describe('policy', () => {
  it('is read, changed, and refused to whoever was slower', async () => {
    const before = await app.inject('/v1/policy')
    const seen = { 'if-match': String(before.headers.etag) }
    const policy = { objective: 'cost', carbonGPerUsd: 5, minDwellMinutes: 10 }
    const changed = await send('PUT', '/v1/policy', policy, seen)
    expect(changed.json()).toEqual({ ...policy, approval: 'automatic' })
    expect((await send('PUT', '/v1/policy', policy, seen)).statusCode).toBe(412)
  })
})

it('names the policy by what it says: the fleet file may change below it', async () => {
  const seen = await tagOf('/v1/policy')
  const { value } = await tenant.policy.get()
  const objective = 'cost' as const
  Object.assign(tenant.policy, {
    get: async () => ({ revision: 1, value: { ...value, objective } }),
  })
  expect(await tagOf('/v1/policy')).not.toBe(seen)
  const answer = await send('PUT', '/v1/policy', { ...value, objective }, { 'if-match': seen })
  expect(answer.statusCode).toBe(412)
})

it('gives an answer again with its tag', async () => {
  tenant.stored.push(aPlan(1))
  const roll = () => send('POST', '/v1/plans/1/rollback', {}, { 'idempotency-key': 'back' })
  const [first, again] = [await roll(), await roll()]
  expect(again.headers['idempotent-replayed']).toBe('true')
  expect(first.headers.etag).toMatch(/^"plan-/)
  expect(again.headers.etag).toBe(first.headers.etag)
})

describe('PUT /v1/models/{id}/demand', () => {
  const slots = [
    { startMs: 0, endMs: 10, tokensPerSecond: 5 },
    { startMs: 10, endMs: 20, tokensPerSecond: 0 },
  ]
  const push = (id: string, more: object = {}) =>
    send('PUT', `/v1/models/${id}/demand`, { kind: 'observed', origin: 'eu', slots, ...more })

  it('keeps what it is told', async () => {
    expect((await push('llama-70b')).json()).toEqual({ slots: 2 })
    expect(tenant.pushed).toEqual([{ model: 'llama-70b', kind: 'observed', origin: 'eu', slots }])
    expect((await push('none')).statusCode).toBe(404)
  })

  it('shows what was pushed, and lets a writer insist on being the only one', async () => {
    const insist = (tag: string) => {
      const body = { kind: 'forecast', origin: 'eu', slots }
      return send('PUT', '/v1/models/llama-70b/demand', body, { 'if-match': tag })
    }
    const before = await app.inject('/v1/models/llama-70b/demand')
    expect([before.headers.etag, before.json()]).toEqual(['"r0"', { items: [] }])
    const pushed = await insist('"r0"')
    expect([pushed.statusCode, pushed.headers.etag]).toEqual([200, '"r1"'])
    expect((await insist('"r0"')).statusCode).toBe(412)
    expect((await insist('"odd"')).json().issues[0].path).toBe('/headers/if-match')
    const after = await app.inject('/v1/models/llama-70b/demand')
    expect(after.headers.etag).toBe('"r1"')
    expect(after.json()).toEqual({ items: [{ origin: 'eu', kind: 'forecast', slots }] })
    expect((await app.inject('/v1/models/none/demand')).statusCode).toBe(404)
  })

  it('refuses slots of a far future, and origins that the model does not have', async () => {
    const at = (startMs: number) => [{ startMs, endMs: startMs + 10, tokensPerSecond: 1 }]
    const soon = { kind: 'forecast', slots: at(NOW_MS + 13 * 86_400_000) }
    const long = { startMs: NOW_MS, endMs: NOW_MS + 15 * 86_400_000, tokensPerSecond: 1 }
    const refused = [
      ['startMs', { kind: 'observed', slots: at(NOW_MS + 300_001) }],
      ['endMs', { kind: 'observed', slots: [long] }],
      ['endMs', { kind: 'forecast', slots: at(NOW_MS + 14 * 86_400_000) }],
      ['endMs', { kind: 'forecast', slots: at(8_639_999_999_999_000) }],
    ] as const
    for (const [field, more] of refused) {
      const answer = await push('llama-70b', more)
      expect(answer.statusCode).toBe(400)
      expect(answer.json().issues[0].path).toBe(`/body/slots/0/${field}`)
    }
    const elsewhere = await push('llama-70b', { ...soon, origin: 'mars' })
    expect(elsewhere.json().issues).toEqual([
      { path: '/body/origin', message: 'is no origin of this model; it has eu' },
    ])
    expect(tenant.pushed).toEqual([])
    const underWay = { ...long, endMs: NOW_MS + 3_600_000 }
    const now = { kind: 'observed', slots: [underWay] }
    expect((await push('llama-70b', now)).statusCode).toBe(200)
    expect((await push('llama-70b', soon)).statusCode).toBe(200)
    const wide = await app.inject(`/v1/models/llama-70b/demand?fromMs=0&toMs=${NOW_MS}`)
    expect(wide.json().issues[0].path).toBe('/query/fromMs')
  })

  it('refuses slots that run backwards or overlap, naming each', async () => {
    const wrong = [
      { startMs: 10, endMs: 10, tokensPerSecond: 1 },
      { startMs: 5, endMs: 20, tokensPerSecond: 1 },
    ]
    const answer = await push('llama-70b', { slots: wrong })
    expect(answer.json().issues).toEqual([
      { path: '/body/slots/0/endMs', message: 'must come after startMs' },
      { path: '/body/slots/1/startMs', message: 'overlaps the slot before' },
    ])
    expect(tenant.pushed).toEqual([])
  })
})

it('never keeps a key it has made, not even to answer again', async () => {
  const headers = { 'idempotency-key': 'make' }
  const body = { label: 'ci', scopes: ['read'] }
  const made = await send('POST', '/v1/keys', body, headers)
  expect(made.statusCode).toBe(201)
  expect(JSON.stringify([...ports.answers.all])).not.toContain(made.json().key)
  const again = await send('POST', '/v1/keys', body, headers)
  expect(again.statusCode).toBe(409)
  expect(again.json().detail).toContain('shown then')
  expect(await ports.keys.list('default')).toHaveLength(1)
})
