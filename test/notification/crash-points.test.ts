import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresOutbox } from '../../services/notification/adapters/postgres.ts'
import { type Endpoint, type OutboxEvent, outboxRelay } from '../../services/notification/index.ts'
import { postgresPlans } from '../../services/plans/adapters/postgres.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { embeddedEngine, type FreshDatabase } from '../support/engines.ts'
import { Crash, type Mortal, mortal, mortalDatabase } from '../support/mortal.ts'

/** As many as docs/reliability.md tells. */
const POINTS = 60
/** Second crashes tried after each first one; as many as there are points try every pair. */
const SECOND_CRASHES = Number(process.env.GRIDTIDE_SECOND_CRASHES ?? 1)
const TIMEOUT_MS = 180_000 * Math.max(1, SECOND_CRASHES)
const HOUR_MS = 3_600_000

const endpoint: Endpoint = {
  id: 'ops',
  url: 'https://example.com/',
  secrets: [],
  events: ['plan.changed'],
  format: 'plain',
  allow: [],
}

describe('a crash before or after any call to the outside', () => {
  let fresh: FreshDatabase
  let nowMs = 0
  let received: OutboxEvent[] = []

  beforeAll(async () => {
    fresh = await embeddedEngine.open()
    await migrate(fresh.db)
  })
  afterAll(() => fresh?.destroy())

  /** What a process does when it starts: bring the plan to version 2, and tell what is due. */
  async function live(process: Mortal): Promise<void> {
    const db = mortalDatabase(fresh.db, process)
    const plans = postgresPlans(db, 'default')
    for (;;) {
      const ifVersion = (await plans.current())?.version ?? 0
      if (ifVersion >= 2) break
      await plans.save(
        {
          fleetHash: 'f',
          problemDigest: 'd',
          createdAtMs: nowMs,
          validUntilMs: nowMs + 1,
          outcome: { status: 'infeasible', limit: 'gpus', words: 'w', relaxation: 'r' },
          inputs: { zones: [] },
        },
        {
          ifVersion,
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
    }
    await outboxRelay({
      outbox: postgresOutbox(db, 'default'),
      endpoints: [endpoint],
      random: () => 0.5,
      nowMs: () => nowMs,
      notifier: {
        send: (_endpoint, event) =>
          process.around(async () => {
            received.push(event)
            return { status: 'delivered', httpStatus: 200 }
          }),
      },
    })()
  }

  async function begin(): Promise<void> {
    await fresh.db.query(
      'truncate plan, outbox_event, delivery, delivery_attempt, endpoint_circuit',
    )
    await fresh.db.query('delete from plan_head')
    received = []
  }

  const dieAt = (point: number) =>
    live(mortal(point)).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error
    })

  async function run(...crashes: readonly number[]): Promise<Mortal> {
    nowMs = 1_000
    await begin()
    for (const crashAt of crashes) {
      await dieAt(crashAt)
      nowMs += 60_000 // the lease of the dead has run out
    }
    const survivor = mortal(Number.POSITIVE_INFINITY)
    await live(survivor)
    return survivor
  }

  function expectWhole(): void {
    const versions = received.map(({ data }) => (data as { version: number }).version)
    expect([...new Set(versions)]).toEqual([1, 2])
    expect(versions).toEqual(versions.toSorted())
    expect(new Set(received.map(({ id }) => id)).size).toBe(2)
  }

  it(
    'loses nothing, tells in order, and repeats under the same id alone',
    async () => {
      const points = (await run()).points()
      expectWhole()
      expect(received).toHaveLength(2)
      expect(points).toBeGreaterThanOrEqual(POINTS)
      for (let first = 0; first < points; first++) {
        await run(first)
        expectWhole()
        // A second crash, while recovering from the first.
        for (let n = 0; n < SECOND_CRASHES; n++) {
          await run(first, (first * 7 + n) % points)
          expectWhole()
        }
      }
      const left = await fresh.db.query(`select 1 from delivery where status <> 'delivered'`)
      expect(left).toEqual([])
    },
    TIMEOUT_MS,
  )

  it('loses nothing either where the clock is set forward or back by an hour meanwhile', async () => {
    const points = (await run()).points()
    for (const jumpMs of [HOUR_MS, -HOUR_MS]) {
      for (let first = 0; first < points; first += 3) {
        nowMs = 10 * HOUR_MS
        await begin()
        await dieAt(first)
        nowMs += jumpMs
        await live(mortal(Number.POSITIVE_INFINITY))
        // What the dead had taken on is due once the clock has made the hour good.
        nowMs += HOUR_MS + 60_000
        await live(mortal(Number.POSITIVE_INFINITY))
        expectWhole()
      }
    }
    const left = await fresh.db.query(`select 1 from delivery where status <> 'delivered'`)
    expect(left).toEqual([])
  }, 180_000)
})
