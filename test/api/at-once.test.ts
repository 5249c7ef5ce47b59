import type { FastifyInstance } from 'fastify'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { buildApp } from '../../services/api/app.ts'
import { aPlan, type MemoryTenant, memoryPorts, memoryTenant, NOW_MS } from './memory-ports.ts'

let app: FastifyInstance
let tenant: MemoryTenant
/** Lets everything that waits for the store go on. */
let release: () => void
/** How many wait for the store. */
let waiting = 0
const untilWaiting = (count: number) => expect.poll(() => waiting).toBe(count)

beforeEach(async () => {
  await app?.close()
  tenant = memoryTenant()
  tenant.stored.push(aPlan(1))
  const ports = memoryPorts()
  ports.tenants.set('default', tenant)
  app = await buildApp(ports, {
    version: '1',
    nowMs: () => NOW_MS,
    security: { mode: 'open', tenant: 'default' },
    limits: { readsAtOnce: 2, changesAtOnce: 1, requestsPerMinute: 1000 },
  })
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  waiting = 0
  const held = <T>(answer: () => T) => {
    waiting++
    return released.then(answer)
  }
  Object.assign(tenant.plans, { get: () => held(() => aPlan(1)) })
  const { push } = tenant.demand
  Object.assign(tenant.demand, {
    push: (...args: Parameters<typeof push>) => held(() => push(...args)),
  })
})
afterAll(() => app.close())

const slots = [{ startMs: 0, endMs: 60_000, tokensPerSecond: 1 }]
const read = () => app.inject('/v1/plans/1')
const change = () =>
  app.inject({
    method: 'PUT',
    url: '/v1/models/llama-70b/demand',
    payload: { kind: 'observed', origin: 'eu', slots },
  })

describe('more than can be answered side by side', () => {
  it('is refused at once with when to come again, and let in once there is room', async () => {
    const first = [read(), read()]
    await untilWaiting(2)
    const third = await read()
    expect(third.statusCode).toBe(503)
    expect(third.headers['retry-after']).toBe('1')
    expect(third.json()).toMatchObject({ code: 'UNAVAILABLE' })
    release()
    expect((await Promise.all(first)).map(({ statusCode }) => statusCode)).toEqual([200, 200])
    expect((await read()).statusCode).toBe(200)
  })

  it('of changes leaves room for reads, and the other way round', async () => {
    const held = change()
    await untilWaiting(1)
    expect((await change()).statusCode).toBe(503)
    const reads = [read(), read()]
    await untilWaiting(3)
    expect((await read()).statusCode).toBe(503)
    release()
    expect((await held).statusCode).toBe(200)
    for (const one of await Promise.all(reads)) expect(one.statusCode).toBe(200)
  })

  it('never touches probes, metrics and the current plan', async () => {
    const held = [read(), read()]
    await untilWaiting(2)
    for (const url of ['/healthz', '/readyz', '/metrics', '/v1/plans/current']) {
      expect((await app.inject(url)).statusCode, url).toBe(200)
    }
    release()
    await Promise.all(held)
  })

  it('counts no refusal as an answer under way', async () => {
    release()
    for (let n = 0; n < 5; n++) {
      const wrong = await app.inject({ method: 'PUT', url: '/v1/models/llama-70b/demand' })
      expect(wrong.statusCode).toBe(400)
    }
    expect((await change()).statusCode).toBe(200)
  })
})

describe('the allowance of a caller', () => {
  it('is told with every answer, as the draft of the IETF says it', async () => {
    release()
    const first = await read()
    expect(first.headers['ratelimit-policy']).toBe('"calls";q=1000;w=60')
    expect(first.headers.ratelimit).toBe('"calls";r=999')
    expect((await read()).headers.ratelimit).toBe('"calls";r=998')
    expect((await app.inject('/healthz')).headers).not.toHaveProperty('ratelimit')
  })
})
