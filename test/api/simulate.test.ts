import type { FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { buildApp } from '../../services/api/app.ts'
import {
  type MemoryPorts,
  type MemoryTenant,
  memoryPorts,
  memoryTenant,
  NOW_MS,
} from './memory-ports.ts'

const LIMIT_MS = 200

let ports: MemoryPorts
let tenant: MemoryTenant
let app: FastifyInstance

beforeAll(async () => {
  ports = memoryPorts()
  app = await buildApp(ports, {
    version: '1',
    security: { mode: 'open', tenant: 'default' },
    nowMs: () => NOW_MS,
    limits: { simulationMs: LIMIT_MS },
  })
})
afterAll(() => app.close())
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }) // time is up when a test says so
  tenant = memoryTenant()
  ports.tenants.set('default', tenant)
})
afterEach(() => void vi.useRealTimers())

const timeIsUp = () => vi.advanceTimersByTime(LIMIT_MS)
const simulate = (payload: object = {}, headers: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url: '/v1/plans:simulate', headers, payload })

describe('POST /v1/plans:simulate', () => {
  it('plans as if', async () => {
    expect((await simulate()).json().outcome.status).toBe('planned')
    const infeasible = (await simulate({ demandScale: 50 })).json()
    expect(infeasible.outcome).toMatchObject({ status: 'infeasible', relaxation: 'more H100' })
    expect((await simulate({ demandScale: 0 })).statusCode).toBe(400)
  })

  it('does a few at once, and gives up on one that takes too long', async () => {
    let finish: (() => void)[] = []
    Object.assign(tenant, {
      simulate: (_request: unknown, abort: AbortSignal) =>
        new Promise((_resolve, reject) => {
          finish.push(() => reject(new Error('solver broke')))
          abort.addEventListener('abort', () => reject(abort.reason))
        }),
    })
    const both = [simulate(), simulate()]
    await expect.poll(() => finish.length, { interval: 5 }).toBe(2)
    const third = await simulate()
    expect(third.statusCode).toBe(503)
    expect(third.headers['retry-after']).toBe('5')
    timeIsUp()
    for (const answer of await Promise.all(both)) {
      expect(answer.statusCode).toBe(503)
      expect(answer.json().detail).toContain('too long')
    }
    finish = []
    const broken = simulate()
    await expect.poll(() => finish.length, { interval: 5 }).toBe(1)
    finish[0]!()
    expect((await broken).statusCode).toBe(500)
  })

  it('answers a key that it knows without doing it again', async () => {
    let solved = 0
    const { simulate: really } = tenant
    Object.assign(tenant, {
      simulate: (...args: Parameters<typeof really>) => {
        solved++
        return really(...args)
      },
    })
    const headers = { 'idempotency-key': 'one' }
    const first = await simulate({ demandScale: 2 }, headers)
    const again = await simulate({ demandScale: 2 }, headers)
    expect(again.statusCode).toBe(200)
    expect(again.body).toBe(first.body)
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(solved).toBe(1)
    const other = await simulate({ demandScale: 3 }, headers)
    expect(other.statusCode).toBe(409)
    expect((await simulate({}, { 'idempotency-key': ' ' })).statusCode).toBe(400)
    expect((await simulate({}, { 'idempotency-key': 'two' })).statusCode).toBe(200)
    expect(solved).toBe(2)
  })

  it('has a second caller wait while the first is at it, unless the first is long gone', async () => {
    const finish: (() => void)[] = []
    Object.assign(tenant, {
      simulate: () =>
        new Promise((resolve) => {
          const outcome = { status: 'infeasible', limit: 'gpus', words: '', relaxation: '' }
          finish.push(() => resolve({ outcome }))
        }),
    })
    const headers = { 'idempotency-key': 'slow' }
    const first = simulate({}, headers)
    await expect.poll(() => finish.length, { interval: 5 }).toBe(1)
    expect((await simulate({}, headers)).json().detail).toContain('still under way')
    finish[0]!()
    expect((await first).statusCode).toBe(200)
    ports.answers.all.set('default dead', {
      ...ports.answers.all.get('default slow')!,
      startedAtMs: NOW_MS - 61_000,
      answer: undefined,
    })
    const taken = simulate({}, { 'idempotency-key': 'dead' })
    await expect.poll(() => finish.length, { interval: 5 }).toBe(2)
    finish[1]!()
    expect((await taken).statusCode).toBe(200)
  })

  it('is answered in time where it cannot be broken off, and keeps its place until it ends', async () => {
    const finish: (() => void)[] = []
    Object.assign(tenant, {
      simulate: () =>
        new Promise((_resolve, reject) => finish.push(() => reject(new Error('late')))),
    })
    const both = [simulate(), simulate()]
    await expect.poll(() => finish.length, { interval: 5 }).toBe(2)
    timeIsUp()
    for (const answer of await Promise.all(both)) expect(answer.json().detail).toContain('too long')
    expect((await simulate()).json().detail).toContain('enough is being simulated')
    for (const end of finish) end()
    Object.assign(tenant, { simulate: memoryTenant().simulate })
    await expect.poll(async () => (await simulate()).statusCode).toBe(200)
  })

  it('is not begun again under its key before the longest one has ended twice', async () => {
    const begins: { readonly nowMs: number; readonly abandonedBeforeMs: number }[] = []
    const { begin } = ports.answers
    Object.assign(ports.answers, {
      begin: (request: Parameters<typeof begin>[0]) => {
        begins.push(request)
        return begin(request)
      },
    })
    await simulate({}, { 'idempotency-key': 'long' })
    Object.assign(ports.answers, { begin })
    expect(begins).toMatchObject([{ nowMs: NOW_MS, abandonedBeforeMs: NOW_MS - 2 * LIMIT_MS }])
  })

  it('keeps no refusal: it may be mended and sent again under its key', async () => {
    const headers = { 'idempotency-key': 'mend' }
    Object.assign(tenant, { simulate: () => Promise.reject(new Error('broke')) })
    expect((await simulate({}, headers)).statusCode).toBe(500)
    Object.assign(tenant, memoryTenant())
    expect((await simulate({}, headers)).statusCode).toBe(200)
  })
})
