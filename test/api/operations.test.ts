import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../services/api/app.ts'
import { anInfeasiblePlan, aPlan, type MemoryPorts, memoryPorts, NOW_MS } from './memory-ports.ts'

let ports: MemoryPorts
let app: FastifyInstance
beforeAll(async () => {
  ports = memoryPorts()
  const { stored } = ports.tenants.get('default')!
  stored.push(aPlan(1), { ...aPlan(2), approval: 'pending' }, { ...aPlan(3), approval: 'pending' })
  app = await buildApp(ports, {
    version: '1',
    nowMs: () => NOW_MS,
    security: { mode: 'open', tenant: 'default' },
  })
})
afterAll(() => app.close())

const get = async (url: string) => (await app.inject(url)).json()
const post = (url: string, payload?: object) =>
  app.inject({ method: 'POST', url, ...(payload && { payload }) })

it('lets somebody approve, reject and roll back, once each, and says who did', async () => {
  const pending = await app.inject('/v1/plans/2')
  expect(pending.headers).toMatchObject({
    etag: '"plan-2-pending"',
    'cache-control': 'private, no-cache',
  })
  const approved = await post('/v1/plans/2/approve', { words: 'looks fine' })
  expect(approved.json()).toMatchObject({
    version: 2,
    approval: 'approved',
    decided: { decision: 'approved', by: 'local', words: 'looks fine', atMs: NOW_MS },
  })
  expect(approved.headers.etag).toBe('"plan-2"')
  expect((await post('/v1/plans/2/reject', {})).statusCode).toBe(409)
  expect((await post('/v1/plans/3/reject', {})).json()).toMatchObject({ approval: 'rejected' })
  expect((await post('/v1/plans/9/approve', {})).statusCode).toBe(404)
  expect((await post('/v1/plans/1/rollback', { words: 'was better' })).json()).toMatchObject({
    version: 4,
    approval: 'approved',
  })
  const { items } = await get('/v1/plans')
  expect(items.map(({ approval }: { approval: string }) => approval)).toEqual([
    'approved',
    'rejected',
    'approved',
    'automatic',
  ])
})

it('adds savings up by day, with what each lever adds', async () => {
  const savings = await get('/v1/savings')
  expect(savings).toMatchObject({ toMs: NOW_MS, total: { windows: 24, savedG: 600 } })
  expect(savings.days[0]).toMatchObject({
    planned: { carbonG: 300 },
    baseline: { carbonG: 900 },
    levers: {
      levers: [
        { lever: 'static', ofStatic: 1 },
        { lever: 'scale-to-load', savedG: 500, savedLowG: 420, savedHighG: 580 },
        { lever: 'geo-shift' },
      ],
    },
  })
  expect(await get('/v1/reports/sci')).toMatchObject({
    scoreG: 150,
    units: 2,
    functionalUnit: 'one million output tokens',
    embodied: 'left out',
  })
})

it.each([
  ['/v1/savings?fromMs=5&toMs=5', 'must be before `toMs`'],
  [`/v1/reports/sci?fromMs=0&toMs=${NOW_MS}`, 'must be at most 400 days before `toMs`'],
])('refuses the span of %s', async (url, message) => {
  expect(await get(url)).toMatchObject({
    status: 400,
    issues: [{ path: '/query/fromMs', message }],
  })
})

it('shows subscribers, their deliveries page by page, and sends again', async () => {
  expect((await get('/v1/webhooks')).items[0]).toMatchObject({
    id: 'ops',
    circuit: { failures: 6 },
  })
  const first = await get('/v1/webhooks/deliveries?limit=2&status=delivered&endpoint=ops')
  expect(first.items.map(({ id }: { id: number }) => id)).toEqual([3, 2])
  const next = await get(`/v1/webhooks/deliveries?limit=2&cursor=${first.next}`)
  expect(next.items).toMatchObject([{ id: 1, attempts: [{ httpStatus: 204 }] }])
  const replay = (body: object, id = 'ops') => post(`/v1/webhooks/${id}/replay`, body)
  expect((await replay({ eventIds: ['evt_1', 'evt_2'] })).json()).toEqual({ deliveries: 2 })
  expect((await replay({ fromMs: 1, untilMs: 2 })).json()).toEqual({ deliveries: 7 })
  expect((await post('/v1/webhooks/ops/ping')).json()).toMatchObject({ status: 'delivered' })
  expect((await post('/v1/webhooks/ops/enable')).statusCode).toBe(204)
  expect((await replay({ eventIds: ['evt_1'] }, 'nobody')).statusCode).toBe(404)
  for (const body of [
    {},
    { fromMs: 1 },
    { fromMs: 2, untilMs: 2 },
    { eventIds: ['a'], fromMs: 1 },
  ]) {
    expect((await replay(body)).json()).toMatchObject({ status: 400, issues: [{ path: '/body' }] })
  }
  const wide = (await replay({ fromMs: 0, untilMs: NOW_MS })).json()
  expect(wide.issues[0]).toMatchObject({ path: '/body/fromMs' })
})

it('takes measured runs of a model that is there', async () => {
  const upload = { model: 'llama-70b', format: 'csv', text: 'a,b' }
  const kept = await post('/v1/runs', upload)
  expect(kept.statusCode).toBe(201)
  expect(kept.json()).toMatchObject({ id: 1, uploadedBy: 'local', leftOut: [{ row: 2 }] })
  expect((await get('/v1/runs')).items).toMatchObject([{ id: 1, model: 'llama-70b' }])
  expect((await post('/v1/runs', { ...upload, model: 'nobody' })).statusCode).toBe(404)
  const large = await post('/v1/runs', { ...upload, text: 'x'.repeat(1_000_000) })
  expect(large.statusCode).toBe(201)
  const tooLarge = await post('/v1/runs', { ...upload, text: 'x'.repeat(4_194_304) })
  expect(tooLarge.statusCode).toBe(413)
  const remove = (id: number) => app.inject({ method: 'DELETE', url: `/v1/runs/${id}` })
  expect((await remove(1)).statusCode).toBe(204)
  expect((await remove(99)).statusCode).toBe(404)
})

it('says how the work goes, and revives what was given up', async () => {
  const { items } = await get('/v1/queue')
  expect(items.map(({ job }: { job: string }) => job)).toContain('apply-plan')
  expect((await get('/v1/queue/apply-plan/dead')).items).toMatchObject([
    { id: 'x', reason: 'boom' },
  ])
  expect((await get('/v1/queue/nonsense/dead')).status).toBe(400)
  expect((await post('/v1/queue/apply-plan/revive', { id: 'x' })).statusCode).toBe(204)
  expect((await post('/v1/queue/apply-plan/revive', { id: 'y' })).statusCode).toBe(404)
})

it('tells what happened, newest first', async () => {
  const { log } = ports.tenants.get('default')!
  for (const id of [1, 2, 3])
    log.push({ id, type: 'plan.changed', atMs: id, data: { version: id } })
  const page = await get('/v1/events/log?limit=2')
  expect(page.items.map(({ id }: { id: number }) => id)).toEqual([3, 2])
  expect(page.next).toBeDefined()
})

it('says what follows from a plan, window by window', async () => {
  const figures = await get('/v1/plans/1/figures')
  expect(figures).toMatchObject({ version: 1, regions: [{ id: 'eu-north' }] })
  expect(figures.variants[0]).toMatchObject({ capacityTokensPerSecond: 400 })
  expect((await app.inject('/v1/plans/99/figures')).statusCode).toBe(404)
  const { stored } = ports.tenants.get('default')!
  stored.push(anInfeasiblePlan(50))
  expect(await get('/v1/plans/50/figures')).toEqual({
    version: 50,
    regions: [],
    baselineCarbonG: [],
    variants: [],
  })
})

it('sets what was measured beside what is predicted, and says what to measure next', async () => {
  const { gpus } = await get('/v1/models/llama-70b/fit')
  expect(gpus[0].runs[0].tokensPerSecond).toMatchObject({ measured: 2000, predicted: 1900 })
  expect(gpus[0].runs[1]).not.toHaveProperty('watts')
  expect(gpus[0].next.runs[0]).toMatchObject({ tensorParallel: 4, batch: 256 })
  expect((await app.inject('/v1/models/nobody/fit')).statusCode).toBe(404)
})

describe('short lists', () => {
  const LISTS = [
    '/v1/models',
    '/v1/regions',
    '/v1/targets',
    '/v1/webhooks',
    '/v1/keys',
    '/v1/queue/tick/dead',
  ]
  it.each(LISTS)('%s comes whole, or page by page', async (url) => {
    const ask = async (query: string) => (await app.inject(`${url}${query}`)).json()
    const { items: all, next } = await ask('')
    expect(next).toBeUndefined()
    const seen: unknown[] = []
    for (let cursor = ''; seen.length <= all.length; ) {
      const page = await ask(`?limit=1${cursor}`)
      seen.push(...page.items)
      if (page.next === undefined) break
      cursor = `&cursor=${page.next}`
    }
    expect(seen).toEqual(all)
    const lost = await app.inject(
      `${url}?cursor=${Buffer.from('after gone').toString('base64url')}`,
    )
    expect(lost.json().issues[0].path).toBe('/query/cursor')
  })
})
