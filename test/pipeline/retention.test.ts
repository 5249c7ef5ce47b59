import { afterAll, beforeAll, expect, it } from 'vitest'
import { forget, retentionOf } from '../../services/pipeline/forget.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { tablesInOrder } from '../../services/platform/database/tables.ts'
import { openStores, type Stores } from '../../services/wiring/state.ts'
import { embeddedEngine, type FreshDatabase } from '../support/engines.ts'
import { smallFleet } from '../support/small-fleet.ts'
import { DAY_MS, liveOneDay } from './live-one-day.ts'

const DAYS = 120
const EVERY_DAYS = 4
/** Everything ten times sooner, so that each limit is met within the days that are lived. */
const SOONER = Object.fromEntries(
  Object.entries(retentionOf(smallFleet().retention)).map(([kind, ms]) => [kind, ms / 10]),
) as unknown as ReturnType<typeof retentionOf>
/** Rows while one comes in a day: what is kept, and what came since the last tidying up. */
const daysOf = (ms: number) => Math.ceil(ms / DAY_MS) + EVERY_DAYS + 1

/** Most rows of each table while one comes in a day. */
const MOST: Readonly<Record<string, number>> = {
  plan: daysOf(SOONER.plansMs),
  solves: daysOf(SOONER.solvesMs),
  solve_blocks: daysOf(SOONER.solvesMs),
  outbox_event: daysOf(SOONER.eventsMs),
  delivery: 2 * daysOf(SOONER.eventsMs), // one of them to an endpoint that is gone
  delivery_attempt: 2 * daysOf(SOONER.eventsMs),
  endpoint_circuit: daysOf(DAY_MS),
  idempotent_answer: daysOf(SOONER.callsMs),
  done_once: daysOf(SOONER.callsMs),
  api_key: daysOf(SOONER.eventsMs),
  pushed_demand: daysOf(SOONER.trafficMs),
  lever_saving: daysOf(SOONER.historyMs),
  audit_entry: daysOf(SOONER.historyMs),
  actuation_audit: daysOf(SOONER.actionsMs), // a failure that repeats is one
  actuation_shift: daysOf(SOONER.eventsMs),
  actuation_lease: daysOf(SOONER.eventsMs),
  actuation_known_good: daysOf(SOONER.plansMs) + 1,
  live_bias: daysOf(SOONER.plansMs),
  grid_forecast: daysOf(SOONER.forecastsMs),
  yielded_region: daysOf(1),
  deferred_job: daysOf(SOONER.jobsMs),
  request_batch: daysOf(SOONER.jobsMs),
  request_line: daysOf(SOONER.jobsMs),
  request_file: daysOf(DAY_MS),
  request_file_part: daysOf(DAY_MS),
}
/** One row for each thing that has a name, written over again and again. */
const ONE_A_NAME = [
  'plan_head',
  'model_fits',
  'fleet_overlay',
  'actuation_target',
  'pushed_demand_head',
]
/** As stated: a row a window for ever; and uploads of callers, of which 1,000 are taken. */
const STATED = ['ledger', 'measured_run']
/** Written by one row a tenant, and a provider's kind of answer: `test/actuation`, `test/grid`. */
const ELSEWHERE = ['actuation_stop', 'grid_series']

let fresh: FreshDatabase
let stores: Stores
beforeAll(async () => {
  fresh = await embeddedEngine.open()
  await migrate(fresh.db)
  stores = openStores(fresh.db, 'acme')
})
afterAll(() => fresh?.destroy())

const rowsOf = async (table: string, where = 'true'): Promise<number> => {
  const text = `select count(*) as rows from ${table} where ${where}`
  const [row] = await fresh.db.query<{ rows: number }>(text)
  return row!.rows
}

it('knows of every table how far it may grow', async () => {
  const known = [...Object.keys(MOST), ...ONE_A_NAME, ...STATED, ...ELSEWHERE]
  expect(known.toSorted()).toEqual((await tablesInOrder(fresh.db)).toSorted())
})

it(`keeps every table bounded over ${DAYS} days`, { timeout: 240_000 }, async () => {
  const most: Record<string, number> = {}
  for (let day = 1; day <= DAYS; day++) {
    await liveOneDay(stores, day)
    // The one table that is dated by the clock of the database.
    const began = `update solves set begun_at = to_timestamp($1::float8) where revision = $2`
    await fresh.db.query(began, [(day * DAY_MS) / 1000, `r${day}`])
    if (day % EVERY_DAYS > 0) continue
    for (const table of Object.keys(MOST)) {
      most[table] = Math.max(most[table] ?? 0, await rowsOf(table))
    }
    await forget({ ...stores, endpoints: ['ops'], retention: SOONER }, day * DAY_MS)
  }
  expect(await stores.knownGood.all()).toHaveProperty('target-of-every-day', 2)
  for (const [table, bound] of Object.entries(MOST)) {
    expect(most[table], table).toBeGreaterThan(0)
    expect(most[table], table).toBeLessThanOrEqual(bound)
  }
  for (const table of ONE_A_NAME) expect(await rowsOf(table, `tenant = 'acme'`), table).toBe(1)
  for (const table of STATED) expect(await rowsOf(table), table).toBe(DAYS)
})

it('forgets all that it can where one kind fails, and names each that did', async () => {
  const broken = async () => {
    throw new Error('no')
  }
  const asked: string[] = []
  const ports = {
    ...stores,
    endpoints: [],
    retention: SOONER,
    solves: { forget: broken },
    plans: { forget: broken },
    keys: { forget: async () => asked.push('keys') },
  }
  await expect(forget(ports, 0)).rejects.toThrow('not forgotten: solves: no; plans: no')
  expect(asked).toEqual(['keys'])
})
