import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEnv } from '../../config/env.ts'
import { buildApp } from '../../services/api/index.ts'
import { parseFleet } from '../../services/fleet/index.ts'
import { openLog } from '../../services/platform/log.ts'
import { apiPorts } from '../../services/wiring/api-ports.ts'
import { openService, type Service } from '../../services/wiring/service.ts'
import { stepPorts } from '../../services/wiring/steps.ts'
import { startWorkers } from '../../workers/start-workers.ts'
import { freshFolder } from '../support/engines.ts'
import { until } from '../support/service-process.ts'

const fleetFile = join(import.meta.dirname, '../../config/examples/two-regions.yaml')

describe('workers and API on one embedded engine', () => {
  let home: string
  let service: Service
  let app: FastifyInstance
  const logged: string[] = []

  beforeAll(async () => {
    home = await freshFolder()
    service = await openService({
      env: readEnv({ GRIDTIDE_HOME: home, GRIDTIDE_TICK_SECONDS: '600' }),
      secrets: {},
      fleetFile,
      fleet: parseFleet(await readFile(fleetFile, 'utf8'), { fileName: fleetFile }),
      fleetHash: 'f',
      log: openLog('warn', (line) => void logged.push(line)),
    })
    const security = { mode: 'open', tenant: 'default' } as const
    app = await buildApp(apiPorts(service), { security, version: '0.0.0' })
    await startWorkers(service.queue, stepPorts(service))
    for (const { id: model } of service.fleet.models) {
      await service.queue.add({ name: 'refit-models', payload: { model }, id: `refit-${model}` })
    }
    await service.queue.add({ name: 'tick', payload: { clock: 'test' }, id: 'tick-1' })
  }, 120_000)

  afterAll(async () => {
    await app.close()
    await service.close()
    await rm(home, { recursive: true, force: true })
  })

  const get = async (url: string) => {
    const answer = await app.inject({ url })
    expect(answer.statusCode, `${url}: ${answer.body}`).toBe(200)
    return answer.json()
  }

  it('makes a plan from one tick and tells every target of it', async () => {
    const current = await until(() => service.stores.plans.current(), 'the first plan')
    expect(current).toMatchObject({ version: 1, outcome: { status: 'planned' } })
    const synced = await until(async () => {
      const { items } = await get('/v1/targets')
      return items.length > 0 && items.every(({ status }: never) => status === 'synced') && items
    }, 'every target to be told')
    const { id } = synced.find(
      ({ wanted }: { wanted: { replicas: { min: number } } }) => wanted.replicas.min > 0,
    )
    expect(await get(`/v1/targets/${encodeURIComponent(id)}/desired`)).toMatchObject({
      active: 1,
      planVersion: 1,
    })
    expect(await service.stores.audit.find({})).not.toEqual([])
  }, 180_000)

  it('says what it stands on, and why', async () => {
    const { items } = await get('/v1/regions')
    expect(items.map(({ carbon }: { carbon: { quality: string } }) => carbon.quality)).toEqual([
      'climatology',
      'climatology',
    ])
    const explanation = await get('/v1/plans/1/explanation')
    expect(explanation).toMatchObject({ version: 1, status: 'planned' })
    expect(explanation.placements.length).toBeGreaterThan(0)
    expect(await get('/readyz')).toMatchObject({})
    expect((await get('/v1/models')).items.map(({ id }: { id: string }) => id)).toEqual([
      'chat',
      'assistant',
    ])
  })

  it('plans as if, and forgets it', async () => {
    const ask = async (payload: object) => {
      const answer = await app.inject({
        method: 'POST',
        url: '/v1/plans:simulate',
        headers: { 'idempotency-key': JSON.stringify(payload) },
        payload,
      })
      expect(answer.statusCode, answer.body).toBe(200)
      return answer.json().outcome
    }
    const now = await ask({ horizonHours: 2 })
    const alone = await ask({ horizonHours: 2, excludedRegions: ['stockholm'], demandScale: 0.5 })
    expect(alone.predicted.carbonG).toBeGreaterThan(now.predicted.carbonG)
    const strict = { id: 'chat', change: { slo: { ttftP95Ms: 200, tpotP95Ms: 1 } } }
    expect(await ask({ horizonHours: 2, models: [strict] })).toMatchObject({ status: 'infeasible' })
    expect((await get('/v1/plans')).items).toHaveLength(1)
  }, 120_000)

  it('shows its admins the calls of nobody known', async () => {
    const entry = { atMs: 1, actor: 'unknown', action: 'call.denied', outcome: 'denied' } as const
    apiPorts(service).record(undefined, { ...entry, subject: 'GET /v1/keys', words: 'who?' })
    const seen = async () => (await get('/v1/audit')).items
    await until(
      async () => (await seen()).some(({ words }: { words: string }) => words === 'who?'),
      'the entry',
    )
  })

  it('breaks a simulation off in its thread once its caller has gone', async () => {
    const gone = new AbortController()
    const tenant = apiPorts(service).tenant('default')!
    const simulated = tenant.simulate({ horizonHours: 24 }, gone.signal)
    setTimeout(() => gone.abort(), 50)
    await expect(simulated).rejects.toMatchObject({ name: 'AbortError' })
    const { outcome } = await tenant.simulate({ horizonHours: 2 }, new AbortController().signal)
    expect(outcome.status).toBe('planned')
  })

  it('heeds what callers push and lay over the fleet file, at the next tick', async () => {
    const fromMs = Math.floor(Date.now() / 3_600_000) * 3_600_000
    const slots = [{ startMs: fromMs, endMs: fromMs + 48 * 3_600_000, tokensPerSecond: 20_000 }]
    const pushed = await app.inject({
      method: 'PUT',
      url: '/v1/models/assistant/demand',
      payload: { kind: 'forecast', origin: 'europe', slots },
    })
    expect(pushed.statusCode, pushed.body).toBe(200)
    await service.queue.add({ name: 'tick', payload: { clock: 'test' }, id: 'tick-2' })
    const next = await until(async () => {
      const current = await service.stores.plans.current()
      return current && current.version > 1 && current
    }, 'a plan that follows')
    const flows = next.outcome.status === 'planned' ? next.outcome.plan.flows : []
    const asked = flows.filter(
      ({ window, model, origin }) => window === 3 && model === 'assistant' && origin === 'europe',
    )
    const total = asked.reduce((sum, { tokensPerSecond }) => sum + tokensPerSecond, 0)
    expect(total).toBeCloseTo(22_000, 0)
  }, 120_000)

  it('promises a job that may wait, and plans it anew', async () => {
    const payload = { id: 'night', tokens: 1e6, model: 'chat', deadlineMs: Date.now() + 86_400_000 }
    const answer = await app.inject({ method: 'POST', url: '/v1/batch/jobs', payload })
    expect(answer.json()).toMatchObject({ id: 'night', status: 'feasible' })
    const { plannedAtMs } = (await service.stores.jobs.get('night'))!
    await service.queue.add({ name: 'replan-jobs', payload: { atMs: 1 }, id: 'replan-1' })
    await until(async () => {
      const job = await service.stores.jobs.get('night')
      return job!.plannedAtMs > plannedAtMs && job
    }, 'a new plan of the job')
    const shown = await get('/v1/batch/jobs/night')
    expect(shown.planned.safe).toBe(true)
    expect(shown.workLeft).toBeLessThanOrEqual(1e6)
  })

  it('accounts for a window that has ended, beside the baseline', async () => {
    const current = await service.stores.plans.current()
    const windows = current?.outcome.status === 'planned' ? current.outcome.plan.windows : []
    const ports = stepPorts(service)
    const { account } = await import('../../services/pipeline/account.ts')
    const windowStartMs = windows[0]!.startMs
    expect(await account(ports.account, { windowStartMs })).toEqual({ status: 'settled' })
    const [entry] = await service.stores.ledger.between(windowStartMs, windowStartMs + 1)
    expect(entry!.planned.carbonG).toBeGreaterThan(0)
    expect(entry!.baseline.carbonG).toBeGreaterThan(entry!.planned.carbonG)
    expect(await account(ports.account, { windowStartMs: 0 })).toEqual({ status: 'no-plan' })
  })

  it('does not let a person be overruled', async () => {
    const stop = join(home, 'stop')
    await import('node:fs/promises').then(({ writeFile }) => writeFile(stop, 'maintenance'))
    expect(await service.stopped()).toMatch(/maintenance/)
    await rm(stop)
    expect(await service.stopped()).toBeUndefined()
    expect(() => service.backend('nowhere')).toThrow(/no backend nowhere/)
  })
})
