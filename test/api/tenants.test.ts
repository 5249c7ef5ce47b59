import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sqlAuditLog } from '../../services/actuation/adapters/sql-audit-log.ts'
import { sqlTargetMemory } from '../../services/actuation/adapters/sql-target-memory.ts'
import { sqlToldTargets } from '../../services/actuation/adapters/sql-told-targets.ts'
import { apiKeys } from '../../services/api/access/api-keys.ts'
import { postgresAnswers } from '../../services/api/adapters/postgres-answers.ts'
import { postgresAudit } from '../../services/api/adapters/postgres-audit.ts'
import { postgresEvents } from '../../services/api/adapters/postgres-events.ts'
import { buildApp } from '../../services/api/app.ts'
import { fleetPorts } from '../../services/api/fleet-ports.ts'
import type { TenantPorts } from '../../services/api/ports.ts'
import type { DeferredJob } from '../../services/deferred/index.ts'
import { postgresKeys } from '../../services/keys/adapters/postgres.ts'
import { createKey } from '../../services/keys/index.ts'
import { daysOf } from '../../services/ledger/index.ts'
import type { Database } from '../../services/platform/database/database.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { openStores, type Stores } from '../../services/wiring/state.ts'
import { job } from '../batch/jobs.ts'
import { ENGINES, type FreshDatabase } from '../support/engines.ts'
import { smallFleet } from '../support/small-fleet.ts'
import { aPlan, memoryPorts, memoryTenant, NOW_MS } from './memory-ports.ts'
import { type OpenapiDocument, operationsOf } from './openapi-document.ts'

const TENANTS = ['acme', 'globex'] as const
type Tenant = (typeof TENANTS)[number]
/** A word that is in everything of one tenant, and in nothing of the other. */
const canary = (tenant: Tenant) => `canary-${tenant}`
const other = (tenant: Tenant): Tenant => (tenant === 'acme' ? 'globex' : 'acme')

/** The API's ports of one tenant on the stores that the service uses, over one shared database. */
function portsOf(db: Database, tenant: Tenant, stores: Stores): TenantPorts {
  const { plans, runs, ledger, outbox, overlays, demand, jobs } = stores
  const nowMs = () => NOW_MS
  const fleet = smallFleet()
  return {
    ...memoryTenant(),
    ...fleetPorts({ tenant, file: () => fleet, overlays, nowMs }),
    demand: {
      push: (pushed, atMs, seen) => demand.push(tenant, pushed, atMs, seen),
      read: async (model, fromMs, toMs) => ({
        revision: await demand.revision(tenant, model),
        value: await demand.between(tenant, fromMs, toMs, model),
      }),
    },
    batch: {
      ...memoryTenant().batch,
      get: jobs.get,
      list: jobs.list,
      cancel: (id) => jobs.cancel(id),
      report: (id, workLeft) => jobs.report(id, workLeft, NOW_MS),
    },
    plans,
    audit: postgresAudit(db, tenant),
    events: postgresEvents(db, tenant),
    decisions: {
      decide: (version, decision) => plans.decide(version, { ...decision, atMs: NOW_MS }, []),
      rollBack: (version) => plans.get(version),
    },
    runs: {
      list: (page) => runs.list(page),
      upload: async () => Promise.reject(new Error('not here')),
      remove: async (id) => void (await runs.remove(id)),
    },
    savings: {
      days: async (fromMs, toMs) => daysOf(await ledger.between(fromMs, toMs)),
      embodiedCounted: async () => false,
    },
    webhooks: { ...memoryTenant().webhooks, deliveries: (filter) => outbox.deliveries(filter) },
  }
}

/** What a writer says it has seen. */
const SEEN: Readonly<Record<string, Record<string, string>>> = {
  '/v1/policy': { 'if-match': '*' },
  '/v1/models/llama': { 'if-match': '*' },
}

const endpoint = {
  id: 'ops',
  url: 'https://example.com/',
  secrets: [],
  events: ['plan.changed'],
  format: 'plain',
  allow: [],
} as const

const waiting = (id: string): DeferredJob => ({
  job: job({ id }),
  state: 'waiting',
  submittedAtMs: NOW_MS,
  progress: { workLeft: 4 },
  plannedAtMs: NOW_MS,
  ran: [],
})

/** One of everything that is kept, with the tenant's word in it. Globex has a plan more. */
async function furnish(db: Database, tenant: Tenant, stores: Stores): Promise<void> {
  const word = canary(tenant)
  const { version: _v, approval: _a, ...draft } = aPlan(1)
  for (let version = 0; version < (tenant === 'acme' ? 1 : 2); version++) {
    await stores.plans.save(
      { ...draft, fleetHash: word, needsApproval: version > 0 },
      {
        ifVersion: version,
        events: (next) => [
          {
            type: 'plan.changed',
            subject: 'plan',
            key: `same key ${next}`,
            occurredAtMs: NOW_MS,
            data: { word },
          },
        ],
      },
    )
  }
  await stores.outbox.fanOut([endpoint], NOW_MS)
  await stores.runs.add({
    model: 'llama-70b',
    runs: 1,
    uploadedAtMs: NOW_MS,
    uploadedBy: word,
    format: 'csv',
    text: word,
  })
  await postgresAudit(db, tenant).write({
    atMs: NOW_MS,
    actor: word,
    action: 'x',
    subject: 'x',
    outcome: 'done',
    words: word,
  })
  const amount = tenant === 'acme' ? 111 : 222
  const emitted = { energyKwh: 1, carbonG: amount }
  await stores.ledger.settle({
    windowStartMs: NOW_MS - 3_600_000,
    windowEndMs: NOW_MS,
    planVersion: 1,
    planned: emitted,
    baseline: emitted,
    tokens: amount,
    carbonGPerKwh: {},
  })
  await stores.jobs.add([canary(tenant), 'shared'].map(waiting))
  await stores.fits.save({ model: 'm', fittedAtMs: 1, source: word, points: [] })
  await sqlTargetMemory(db, tenant).remember('t', { fence: 1, atMs: amount } as never)
  await sqlAuditLog(db, tenant).append({
    atMs: 1,
    targetId: 't',
    planVersion: '1',
    actor: word,
  } as never)
  await stores.solves.begin('r', { problemDigest: 'd', fleetHash: word } as never, [])
}

for (const engine of ENGINES) {
  const title = `${engine.name} ${engine.skip ?? ''}`
  const test = it.skipIf(engine.skip)
  let fresh: FreshDatabase
  let app: FastifyInstance
  const keyOf = new Map<Tenant, string>()
  const storesOf = new Map<Tenant, Stores>()

  beforeAll(async () => {
    if (engine.skip) return
    fresh = await engine.open()
    await migrate(fresh.db)
    const keys = postgresKeys(fresh.db)
    const tenants = new Map<string, TenantPorts>()
    for (const tenant of TENANTS) {
      const stores = openStores(fresh.db, tenant)
      storesOf.set(tenant, stores)
      await furnish(fresh.db, tenant, stores)
      tenants.set(tenant, portsOf(fresh.db, tenant, stores))
      const label = canary(tenant)
      const made = await createKey(keys, { tenant, label, scopes: ['admin'] }, NOW_MS)
      keyOf.set(tenant, made.text)
    }
    app = await buildApp(
      {
        ...memoryPorts(),
        keys,
        answers: postgresAnswers(fresh.db),
        tenant: (id) => tenants.get(id),
      },
      {
        version: '1',
        nowMs: () => NOW_MS,
        security: { mode: 'closed', authenticators: [apiKeys(keys, { nowMs: () => NOW_MS })] },
        limits: { eventStreams: 0 },
      },
    )
  })
  afterAll(async () => {
    await app?.close()
    await fresh?.destroy()
  })

  test(`what only the other has is not there: ${title}`, async () => {
    const ask = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) =>
      app.inject({
        method,
        url,
        headers: { authorization: `Bearer ${keyOf.get('acme')}` },
        ...(payload && { payload }),
      })
    for (const url of ['/v1/plans/2', '/v1/plans/2/explanation', '/v1/plans/1/diff/2']) {
      expect((await ask('GET', url)).statusCode, url).toBe(404)
    }
    for (const verb of ['approve', 'reject', 'rollback']) {
      expect((await ask('POST', `/v1/plans/2/${verb}`, {})).statusCode, verb).toBe(404)
    }
    const [theirs] = await storesOf.get('globex')!.runs.list({ limit: 1 })
    expect((await ask('DELETE', `/v1/runs/${theirs!.id}`)).statusCode).toBe(404)
    expect(await storesOf.get('globex')!.runs.list({ limit: 9 })).toHaveLength(1)
    const savings = (await ask('GET', '/v1/savings')).json()
    expect(savings.days).toMatchObject([{ tokens: 111 }])
  })

  test(`what one changes stays as it was for the other: ${title}`, async () => {
    type Method = 'GET' | 'PUT' | 'POST' | 'DELETE'
    const ask = (tenant: Tenant, method: Method, url: string, payload?: object) =>
      app.inject({
        method,
        url,
        headers: { authorization: `Bearer ${keyOf.get(tenant)}`, ...SEEN[url] },
        ...(payload && { payload }),
      })
    const changed = [
      '/v1/policy',
      '/v1/models/llama',
      '/v1/models/llama/demand',
      '/v1/batch/jobs/shared',
      '/v1/keys',
    ]
    const read = (tenant: Tenant) =>
      Promise.all(changed.map(async (url) => (await ask(tenant, 'GET', url)).body))
    const before = { acme: await read('acme'), globex: await read('globex') }
    const slots = [{ startMs: NOW_MS, endMs: NOW_MS + 60_000, tokensPerSecond: 1 }]
    const policy = { objective: 'cost', carbonGPerUsd: 5, minDwellMinutes: 10 }
    const changes: [Method, string, object?][] = [
      ['PUT', '/v1/policy', policy],
      ['PUT', '/v1/models/llama', { minReplicas: 3 }],
      ['PUT', '/v1/models/llama/demand', { kind: 'forecast', origin: 'europe', slots }],
      ['PUT', '/v1/batch/jobs/shared/progress', { workLeft: 1 }],
      ['DELETE', '/v1/batch/jobs/shared'],
      ['POST', '/v1/keys', { label: 'made', scopes: ['read'] }],
    ]
    for (const [method, url, payload] of changes) {
      const { statusCode, body } = await ask('acme', method, url, payload)
      expect(statusCode, `${method} ${url}: ${body}`).toBeLessThan(300)
    }
    const theirs = `/v1/batch/jobs/${canary('globex')}`
    expect((await ask('acme', 'GET', theirs)).statusCode).toBe(404)
    expect((await ask('acme', 'DELETE', theirs)).statusCode).toBe(404)
    expect((await ask('acme', 'PUT', `${theirs}/progress`, { workLeft: 0 })).statusCode).toBe(404)
    expect((await ask('globex', 'GET', theirs)).statusCode).toBe(200)

    expect(await read('globex')).toEqual(before.globex)
    const after = await read('acme')
    for (const [index, url] of changed.entries()) {
      expect(after[index], url).not.toBe(before.acme[index])
    }
  })

  test(`no store mixes rows of the same name: ${title}`, async () => {
    for (const tenant of TENANTS) {
      const stores = storesOf.get(tenant)!
      const amount = tenant === 'acme' ? 111 : 222
      expect(await stores.fits.all()).toMatchObject([{ source: canary(tenant) }])
      expect((await stores.solves.frame('r')).fleetHash).toBe(canary(tenant))
      expect((await stores.solves.frameOf('d')).fleetHash).toBe(canary(tenant))
      expect(await stores.targetMemory.recall('t')).toMatchObject({ atMs: amount })
      expect((await sqlToldTargets(fresh.db, tenant).all()).get('t')).toBe(amount)
      expect(await stores.audit.find({})).toMatchObject([{ actor: canary(tenant) }])
      expect(await stores.runs.textsOf('llama-70b')).toMatchObject([{ text: canary(tenant) }])
      expect(await postgresEvents(fresh.db, tenant).latest()).toBeGreaterThan(0)
      const claimed = await stores.outbox.claim('ops', NOW_MS, 9)
      expect(claimed).toMatchObject([{ event: { data: { word: canary(tenant) } } }])
    }
    // Of one tenant's endpoint going away the other hears nothing.
    const dead = { failures: 9, failingSinceMs: 1, openUntilMs: 2, disabled: 'gone' }
    await storesOf.get('acme')!.outbox.setCircuit('ops', dead, NOW_MS)
    expect(await storesOf.get('globex')!.outbox.circuit('ops')).toBeUndefined()
    const [left] = await storesOf.get('globex')!.outbox.deliveries({ limit: 1 })
    expect(left!.status).toBe('due')
    expect(await storesOf.get('acme')!.plans.forget(NOW_MS * 2)).toBe(0)
    expect(await storesOf.get('globex')!.plans.history({ limit: 9 })).toHaveLength(2)
  })

  // Last, since it may remove what is its own.
  test(`no route shows one tenant anything of another: ${title}`, async () => {
    const document: OpenapiDocument = (await app.inject('/openapi.json')).json()
    let shown = 0
    for (const tenant of TENANTS) {
      for (const { method, path, operationId } of operationsOf(document)) {
        // Both ids of plans and of uploads: one's own and the other's.
        for (const id of ['1', '2']) {
          const url = path.replaceAll(/\{(version|other|id)\}/g, id).replaceAll(/\{\w+\}/g, 'tick')
          const answer = await app.inject({
            method,
            url,
            headers: { authorization: `Bearer ${keyOf.get(tenant)}` },
            ...(method === 'POST' && { payload: {} }),
          })
          const words = `${operationId} as ${tenant}: ${answer.body}`
          expect(answer.body.includes(canary(other(tenant))), words).toBe(false)
          if (answer.body.includes(canary(tenant))) shown++
        }
      }
    }
    expect(shown).toBeGreaterThan(10) // the words are where they can be seen
  })
}
