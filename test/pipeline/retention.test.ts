import { afterAll, beforeAll, expect, it } from 'vitest'
import { startOf } from '../../services/actuation/index.ts'
import { forget, retentionOf } from '../../services/pipeline/forget.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { openStores, type Stores } from '../../services/wiring/state.ts'
import { embeddedEngine, type FreshDatabase } from '../support/engines.ts'
import { smallFleet } from '../support/small-fleet.ts'

const DAY_MS = 86_400_000
const DAYS = 120
const EVERY_DAYS = 4
/** Everything ten times sooner, so that each limit is met within the days that are lived. */
const SOONER = Object.fromEntries(
  Object.entries(retentionOf(smallFleet().retention)).map(([kind, ms]) => [kind, ms / 10]),
) as unknown as ReturnType<typeof retentionOf>
/** Rows while one comes in a day: what is kept, and what came since the last tidying up. */
const daysOf = (ms: number) => Math.ceil(ms / DAY_MS) + EVERY_DAYS + 1
const MOST = {
  plan: daysOf(SOONER.plansMs),
  outbox_event: daysOf(SOONER.eventsMs),
  delivery: daysOf(SOONER.eventsMs),
  delivery_attempt: daysOf(SOONER.eventsMs),
  idempotent_answer: daysOf(SOONER.callsMs),
  done_once: daysOf(SOONER.callsMs),
  api_key: daysOf(SOONER.eventsMs),
  pushed_demand: daysOf(SOONER.trafficMs),
  lever_saving: daysOf(SOONER.historyMs),
  audit_entry: daysOf(SOONER.historyMs),
  actuation_shift: daysOf(SOONER.eventsMs),
  actuation_lease: daysOf(SOONER.eventsMs),
  actuation_known_good: daysOf(SOONER.plansMs),
}

let fresh: FreshDatabase
let stores: Stores
beforeAll(async () => {
  fresh = await embeddedEngine.open()
  await migrate(fresh.db)
  stores = openStores(fresh.db, 'acme')
})
afterAll(() => fresh?.destroy())

const endpoint = {
  id: 'ops',
  url: 'https://example.com/',
  secrets: [],
  events: ['plan.changed'],
  format: 'plain',
  allow: [],
} as const

async function liveOneDay(day: number): Promise<void> {
  const nowMs = day * DAY_MS
  await stores.plans.save(
    {
      fleetHash: 'f',
      problemDigest: 'd',
      createdAtMs: nowMs,
      validUntilMs: nowMs + 1,
      outcome: { status: 'infeasible', limit: 'gpus', words: 'w', relaxation: 'r' },
      inputs: { zones: [] },
    },
    {
      ifVersion: day - 1,
      events: (version) => [
        {
          type: 'plan.changed',
          subject: 'plan',
          key: String(version),
          occurredAtMs: nowMs,
          data: { version },
        },
      ],
    },
  )
  await stores.outbox.fanOut([endpoint], nowMs)
  for (const delivery of await stores.outbox.claim('ops', nowMs, 1)) {
    const attempt = { status: 'delivered', httpStatus: 204 } as const
    await stores.outbox.settle(delivery, { attempt, atMs: nowMs, tookMs: 1 })
  }
  const request = { tenant: 'acme', key: `k${day}`, fingerprint: 'f' }
  await stores.answers.begin({ ...request, nowMs, abandonedBeforeMs: 0 })
  const slots = [{ startMs: nowMs, endMs: nowMs + 1, tokensPerSecond: 1 }]
  await stores.demand.push('acme', { model: 'm', origin: 'o', kind: 'observed', slots }, nowMs)
  await stores.ledger.settleLevers({ atMs: nowMs, problemDigest: 'd', levers: [] })
  const shift = { id: `m-${day}`, planVersion: '1', model: 'm', reason: 'r', steps: [] } as const
  await stores.shifts.save(shift.id, startOf(shift, nowMs))
  const lease = await stores.leases.acquire(`shift/${shift.id}`, 'a', 1)
  await stores.leases.release(lease!)
  await stores.knownGood.keep({ [`target-of-day-${day}`]: 1, 'target-of-every-day': 2 }, nowMs)
  const call = { actor: 'a', action: 'b', subject: 'c', outcome: 'done', words: 'w' } as const
  await stores.callLog.write({ ...call, atMs: nowMs })
  const key = {
    tenant: 'acme',
    label: 'ci',
    scopes: ['read'],
    proof: 'scrypt$c2FsdA$aGFzaA',
  } as const
  const prefix = day.toString(16).padStart(8, '0')
  const ends = { createdAtMs: nowMs, expiresAtMs: nowMs + 1 }
  await stores.keys.add({ ...key, ...ends, prefix }, `once-${day}`)
}

it(`keeps every table bounded over ${DAYS} days`, { timeout: 240_000 }, async () => {
  const most: Record<string, number> = {}
  for (let day = 1; day <= DAYS; day++) {
    await liveOneDay(day)
    if (day % EVERY_DAYS > 0) continue
    for (const table of Object.keys(MOST)) {
      const [row] = await fresh.db.query<{ rows: number }>(`select count(*) as rows from ${table}`)
      most[table] = Math.max(most[table] ?? 0, row!.rows)
    }
    await forget({ ...stores, endpoints: ['ops'], retention: SOONER }, day * DAY_MS)
  }
  expect(await stores.knownGood.all()).toHaveProperty('target-of-every-day', 2)
  for (const [table, bound] of Object.entries(MOST)) {
    expect(most[table], table).toBeGreaterThan(0)
    expect(most[table], table).toBeLessThanOrEqual(bound)
  }
})
