import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildApp } from '../../services/api/app.ts'
import { UpstreamUnavailable } from '../../services/domain/errors.ts'
import { openLog } from '../../services/platform/log.ts'
import {
  anInfeasiblePlan,
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
let nowMs = NOW_MS

const lines: string[] = []
beforeAll(async () => {
  ports = memoryPorts()
  app = await buildApp(ports, {
    version: '0.1.0',
    security: { mode: 'open', tenant: 'default' },
    nowMs: () => nowMs,
    log: openLog('info', (line) => lines.push(line)),
  })
})
afterAll(() => app.close())
beforeEach(() => {
  nowMs = NOW_MS
  tenant = memoryTenant()
  ports.tenants.set('default', tenant)
  ports.checks.length = 0
})

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })

describe('plans', () => {
  it('says 404 where there is no plan yet', async () => {
    const answer = await get('/v1/plans/current')
    expect(answer.statusCode).toBe(404)
    expect(answer.json()).toMatchObject({ code: 'NOT_FOUND', detail: 'there is no plan yet' })
  })

  it('gives the current plan with its tag, and 304 to whoever has it', async () => {
    tenant.stored.push(aPlan(1))
    const answer = await get('/v1/plans/current')
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toContain('application/json')
    expect(answer.json()).toEqual(JSON.parse(JSON.stringify(aPlan(1))))
    expect(answer.headers.etag).toBe('"plan-1"')
    const again = await get('/v1/plans/current', { 'if-none-match': '"plan-1"' })
    expect(again.statusCode).toBe(304)
    expect(again.body).toBe('')
    expect(again.headers).not.toHaveProperty('content-length')
  })

  it('asks the store once for all who read in the same moment', async () => {
    tenant.stored.push(aPlan(1))
    const asked: string[] = []
    const { current, currentVersion } = tenant.plans
    Object.assign(tenant.plans, {
      current: () => asked.push('plan') && current(),
      currentVersion: () => asked.push('version') && currentVersion(),
    })
    await Promise.all(Array.from({ length: 10 }, () => get('/v1/plans/current')))
    expect(asked).toEqual(['plan'])
    nowMs += 1000
    await get('/v1/plans/current')
    expect(asked).toEqual(['plan', 'version'])
    tenant.stored.push(aPlan(2))
    expect((await get('/v1/plans/current')).json().version).toBe(1)
    nowMs += 1000
    expect((await get('/v1/plans/current')).json().version).toBe(2)
  })

  it('goes on with the plan it has while the store is away, and says so', async () => {
    tenant.stored.push(aPlan(1))
    await get('/v1/plans/current')
    nowMs += 60_000
    const away = () => Promise.reject(new UpstreamUnavailable('away', { upstream: 'database' }))
    Object.assign(tenant.plans, { current: away, currentVersion: away })
    const answer = await get('/v1/plans/current')
    expect(answer.statusCode).toBe(200)
    expect(answer.headers.warning).toMatch(/^110 /)
    expect((await get('/v1/plans/1')).statusCode).toBe(200)
  })

  it('says 503 and when to come back where it never had a plan and the store is away', async () => {
    const away = new UpstreamUnavailable('away', { upstream: 'database', retryAfterSeconds: 2.5 })
    Object.assign(tenant.plans, { current: () => Promise.reject(away) })
    const answer = await get('/v1/plans/current')
    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe('3')
  })

  it('gives an infeasible outcome as a value', async () => {
    tenant.stored.push(anInfeasiblePlan(4))
    const answer = await get('/v1/plans/4')
    expect(answer.json().outcome).toMatchObject({ status: 'infeasible', limit: 'gpus' })
    expect((await get('/v1/plans/4/explanation')).json()).toMatchObject({
      version: 4,
      status: 'infeasible',
      relaxation: 'two more H100 in eu-north',
    })
  })

  it('finds a plan by its version, or not', async () => {
    tenant.stored.push(aPlan(7))
    expect((await get('/v1/plans/7')).json().version).toBe(7)
    expect((await get('/v1/plans/8')).statusCode).toBe(404)
    const wrong = await get('/v1/plans/seven')
    expect(wrong.statusCode).toBe(400)
    expect(wrong.json().issues).toEqual([{ path: '/path/version', message: expect.any(String) }])
  })

  it('pages through history without shifting when a plan is added meanwhile', async () => {
    for (let version = 1; version <= 5; version++) tenant.stored.push(aPlan(version))
    const first = (await get('/v1/plans?limit=2')).json()
    expect(first.items.map(({ version }: { version: number }) => version)).toEqual([5, 4])
    tenant.stored.push(aPlan(6))
    const second = (await get(`/v1/plans?limit=2&cursor=${first.next}`)).json()
    expect(second.items.map(({ version }: { version: number }) => version)).toEqual([3, 2])
    const third = (await get(`/v1/plans?limit=2&cursor=${second.next}`)).json()
    expect(third.items).toHaveLength(1)
    expect(third.next).toBeUndefined()
    expect((await get('/v1/plans?cursor=nonsense')).json().issues[0].path).toBe('/query/cursor')
    expect((await get('/v1/plans?limit=0')).json().issues[0].path).toBe('/query/limit')
    expect((await get('/v1/plans?page=2')).json().issues).toEqual([
      { path: '/query/page', message: 'is not a field here' },
    ])
  })

  it('says what another plan does differently', async () => {
    tenant.stored.push(aPlan(1, 2), aPlan(2, 5), anInfeasiblePlan(3))
    const diff = (await get('/v1/plans/1/diff/2')).json()
    expect(diff).toMatchObject({ from: 1, to: 2, carbonG: { from: 300, to: 300 } })
    expect(diff.changes).toHaveLength(2)
    expect(diff.changes[0]).toEqual({
      startMs: NOW_MS,
      endMs: NOW_MS + 3_600_000,
      region: 'eu-north',
      model: 'llama-70b',
      pointId: 'H100-tp2-pp1-fp8-b64',
      replicasBefore: 2,
      replicasAfter: 5,
      words: 'the same load in eu-north on other replicas',
    })
    expect((await get('/v1/plans/1/diff/1')).json().changes).toEqual([])
    expect((await get('/v1/plans/1/diff/3')).json()).toMatchObject({
      carbonG: { from: 300 },
      changes: [],
    })
    expect((await get('/v1/plans/1/diff/9')).statusCode).toBe(404)
  })

  it('explains a plan', async () => {
    tenant.stored.push(aPlan(1))
    const answer = await get('/v1/plans/1/explanation')
    expect(answer.statusCode).toBe(200)
    expect(answer.json().binding[0].words).toBe('No H100 is left.')
  })
})

describe('the fleet', () => {
  it('lists regions, keeping 0 gCO2e/kWh apart from nothing known', async () => {
    const { items } = (await get('/v1/regions')).json()
    expect(items[0].carbon.carbonGPerKwh).toBe(0)
    expect(items[1]).not.toHaveProperty('carbon')
  })

  it('lists models and gives one with its tag', async () => {
    expect((await get('/v1/models')).json().items[0].id).toBe('llama-70b')
    const one = await get('/v1/models/llama-70b')
    expect(one.headers.etag).toMatch(/^"r1-[0-9a-f]{16}"$/)
    expect((await get('/v1/models/none')).statusCode).toBe(404)
    expect((await get('/v1/models/..%2f..')).statusCode).toBe(400)
  })

  it('tells pull autoscalers what is wanted of a target', async () => {
    expect((await get('/v1/targets')).json().items).toHaveLength(1)
    const id = encodeURIComponent('eu-north/llama-70b/H100')
    const answer = await get(`/v1/targets/${id}/desired`)
    expect(answer.json()).toEqual({ desiredReplicas: 2, active: 1, planVersion: 3 })
    expect((await get('/v1/targets/none/desired')).statusCode).toBe(404)
    const metrics = await get('/v1/targets/metrics')
    expect(metrics.headers['content-type']).toContain('text/plain')
    expect(metrics.body).toContain(
      'wva_desired_ratio{variant_name="llama-70b",namespace="llm",accelerator_type="H100"} 0.5',
    )
    const aibrix = await get('/metrics/llm/llama-70b')
    expect(aibrix.body).toBe('vllm:deployment_replicas{model_name="llama-70b"} 2\n')
    expect((await get('/metrics/llm/none')).statusCode).toBe(404)
  })

  it('pages through the audit log', async () => {
    for (let id = 1; id <= 3; id++) {
      const entry = { actor: 'ci', action: 'model.put', subject: 'm', outcome: 'done', words: '' }
      tenant.entries.push({ ...entry, id, atMs: NOW_MS, outcome: 'done' })
    }
    const page = (await get('/v1/audit?limit=2')).json()
    expect(page.items.map(({ id }: { id: number }) => id)).toEqual([3, 2])
    expect(page.next).toBeDefined()
  })
})

describe('the service', () => {
  it('is alive, and ready only where every check is fine', async () => {
    expect((await get('/healthz')).json()).toEqual({ status: 'ok' })
    const clock = { name: 'clock', ok: true, words: 'an hour ahead' }
    ports.checks.push(
      { name: 'database', look: async () => undefined },
      { name: 'clock', advisory: true, look: async () => clock.words },
    )
    const checks = [{ name: 'database', ok: true }, clock]
    expect((await get('/readyz')).json()).toEqual({ ready: true, checks })
    ports.checks.push(
      { name: 'grid', look: async () => 'no source answers' },
      { name: 'queue', look: () => Promise.reject(new Error('password=hunter2')) },
      { name: 'plan', look: () => new Promise(() => {}) },
    )
    const answer = await get('/readyz')
    expect(answer.statusCode).toBe(503)
    expect(answer.body).not.toContain('hunter2')
    expect(answer.json()).toEqual({
      ready: false,
      checks: [
        ...checks,
        { name: 'grid', ok: false, words: 'no source answers' },
        { name: 'queue', ok: false, words: 'does not answer' },
        { name: 'plan', ok: false, words: 'did not answer in time' },
      ],
    })
  })

  it('measures itself by operation, never by path', async () => {
    await get('/v1/plans/123')
    await get('/nothing/here')
    const text = (await get('/metrics')).body
    expect(text).toContain('operation="getPlan",status="404"')
    expect(text).toContain('operation="none",status="404"')
    expect(text).not.toContain('plans/123')
  })

  it('speaks plain http: nothing upgrades it, nothing frames it', async () => {
    const { headers } = await get('/healthz')
    expect(headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'")
    expect(headers).not.toHaveProperty('strict-transport-security')
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('problems', () => {
  it('names what is at a path and what may be done there', async () => {
    const missing = await get('/v1/nothing')
    expect(missing.statusCode).toBe(404)
    expect(missing.headers['content-type']).toContain('application/problem+json')
    expect(missing.json()).toEqual({
      type: 'urn:gridtide:problem:not-found',
      title: 'No such thing',
      status: 404,
      detail: 'there is nothing at /v1/nothing',
      code: 'NOT_FOUND',
      instance: `urn:uuid:${missing.headers['x-request-id']}`,
    })
    const wrongMethod = await app.inject({ method: 'DELETE', url: '/v1/plans/7' })
    expect(wrongMethod.statusCode).toBe(405)
    expect(wrongMethod.headers.allow).toBe('GET, HEAD')
    expect(wrongMethod.json().code).toBe('METHOD_NOT_ALLOWED')
  })

  it('shows nothing of an error that nobody foresaw', async () => {
    Object.assign(tenant.regions, {
      list: () => Promise.reject(new Error('select * from secrets where password = "hunter2"')),
    })
    const answer = await get('/v1/regions')
    expect(answer.statusCode).toBe(500)
    expect(answer.json().code).toBe('INTERNAL')
    expect(answer.body).not.toMatch(/hunter2|select|stack|\.ts/)
    const said = lines.map((line) => JSON.parse(line))
    expect(said).toContainEqual(
      expect.objectContaining({
        level: 'error',
        requestId: answer.headers['x-request-id'],
        operation: 'listRegions',
        error: expect.objectContaining({ message: expect.stringContaining('hunter2') }),
      }),
    )
  })

  it('refuses a path that cannot be decoded, or is too long, as a problem', async () => {
    const broken = await get('/v1/models/%zz')
    expect(broken.statusCode).toBe(400)
    expect(broken.headers['content-type']).toContain('application/problem+json')
    const long = await get(`/v1/models/${'x'.repeat(300)}`)
    expect([400, 404, 414]).toContain(long.statusCode)
    expect(long.headers['content-type']).toContain('application/problem+json')
  })
})

describe('the grid', () => {
  it('answers as JSON or CSV, and only for its zones', async () => {
    expect((await get('/v1/grid/SE/now')).json()).toMatchObject({ zone: 'SE', carbonGPerKwh: 20 })
    expect((await get('/v1/grid/XX/now')).statusCode).toBe(404)
    expect((await get('/v1/grid/SE/forecast?hours=2')).json().windows).toHaveLength(2)
    const table = await get('/v1/grid/SE/forecast?hours=2&format=csv')
    expect(table.headers['content-type']).toContain('text/csv')
    expect(table.body.trim().split('\n')).toHaveLength(3)
    expect((await get('/v1/grid/SE/history')).json().slots).toHaveLength(1)
    expect((await get('/v1/grid/SE/history?format=csv')).statusCode).toBe(200)
    expect((await get('/v1/grid/SE/score')).statusCode).toBe(404)
  })
})
