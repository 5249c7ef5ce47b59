import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { postgresOutbox } from '../../services/notification/adapters/postgres.ts'
import {
  type Attempt,
  appendEvents,
  type Endpoint,
  type Outbox,
  outboxRelay,
} from '../../services/notification/index.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { ENGINES, type FreshDatabase } from '../support/engines.ts'

const DAY_MS = 86_400_000
const TENANT = 'acme'
const delivered: Attempt = { status: 'delivered', httpStatus: 204 }
const gone: Attempt = { status: 'gone', httpStatus: 410, error: 'answered 410' }
const endpoint = (id: string): Endpoint => ({
  id,
  url: 'https://example.com/',
  secrets: [],
  events: ['plan.changed'],
  format: 'plain',
  allow: [],
})

for (const engine of ENGINES) {
  describe.skipIf(engine.skip)(`deliveries end: ${engine.name} ${engine.skip ?? ''}`, () => {
    let fresh: FreshDatabase
    let outbox: Outbox
    beforeAll(async () => {
      fresh = await engine.open()
      await migrate(fresh.db)
      outbox = postgresOutbox(fresh.db, TENANT)
    })
    beforeEach(() =>
      fresh.db.query('truncate outbox_event, delivery, delivery_attempt, endpoint_circuit'),
    )
    afterAll(() => fresh?.destroy())

    const happened = (...subjects: string[]) =>
      fresh.db.transaction((tx) =>
        appendEvents(
          tx,
          TENANT,
          subjects.map((subject) => {
            return { type: 'plan.changed', subject, key: subject, occurredAtMs: 1, data: {} }
          }),
        ),
      )
    const relay = (attempts: (subject: string) => Promise<Attempt>) =>
      outboxRelay({
        outbox,
        endpoints: [endpoint('a')],
        random: () => 0.5,
        nowMs: () => 10_000,
        notifier: { send: (_to, { subject }) => attempts(subject) },
      })()
    const statuses = async () =>
      (await outbox.deliveries({ limit: 9 })).map(({ status, attempts }) => [
        status,
        attempts.at(-1)?.error,
      ])

    it('as given up, a day after their endpoint left the fleet file, and may be sent again', async () => {
      await happened('x', 'y')
      await outbox.fanOut([endpoint('a'), endpoint('b')], 0)
      await outbox.setCircuit('b', { failures: 5, failingSinceMs: 0, openUntilMs: 9 }, 9)
      expect(await outbox.bury(['a'], DAY_MS)).toBe(0)
      expect(await outbox.circuit('b')).toBeDefined()
      expect(await outbox.bury(['a'], DAY_MS + 10)).toBe(2)
      expect(await statuses()).toEqual(
        expect.arrayContaining([
          ['due', undefined],
          ['dead', 'the endpoint was removed'],
        ]),
      )
      expect(await outbox.circuit('b')).toBeUndefined()

      expect(await outbox.replay(endpoint('b'), { fromMs: 0, untilMs: 9 }, DAY_MS)).toBe(2)
      expect(await outbox.claim('b', 2 * DAY_MS, 9)).toHaveLength(2)
    })

    it('are forgotten with their events then', async () => {
      await happened('x')
      await outbox.fanOut([endpoint('b')], 0)
      expect(await outbox.forget(9)).toBe(0)
      await outbox.bury(['a'], 2 * DAY_MS)
      expect(await outbox.forget(9)).toBe(1)
      expect(await outbox.deliveries({ limit: 9 })).toEqual([])
    })

    it('where they were handed on while their endpoint was being disabled', async () => {
      await happened('x')
      await outbox.fanOut([endpoint('a')], 0)
      // As a fan-out leaves it that had looked at the circuit before.
      await fresh.db.query(
        `insert into endpoint_circuit values ('a', 1, 0, 0, 'it answered 410 Gone', '${TENANT}')`,
      )
      expect(await outbox.bury(['a'], 1)).toBe(1)
      expect(await statuses()).toEqual([['dead', 'the endpoint is disabled: it answered 410 Gone']])
      expect(await outbox.circuit('a')).toMatchObject({ disabled: 'it answered 410 Gone' })
    })

    it('not under an attempt that another process makes', async () => {
      await happened('x')
      await outbox.fanOut([endpoint('b')], 0)
      await outbox.claim('b', 2 * DAY_MS, 1)
      expect(await outbox.bury(['a'], 2 * DAY_MS + 1)).toBe(0)
    })

    it('for good at a 410, though another attempt beside it was taken', async () => {
      await happened('x', 'y')
      await relay(async (subject) => (subject === 'x' ? delivered : gone))
      expect(await outbox.circuit('a')).toMatchObject({ disabled: 'it answered 410 Gone' })
    })

    it('for good at a 410, though an attempt is taken after it', async () => {
      await happened('x', 'y')
      await relay(async (subject) => {
        if (subject === 'x') return gone
        await expect.poll(() => outbox.circuit('a')).toBeDefined()
        return delivered
      })
      expect(await outbox.circuit('a')).toMatchObject({ disabled: 'it answered 410 Gone' })
    })

    it('for good where one process disables what another finds well, or only failing', async () => {
      const failing = { failures: 6, failingSinceMs: 0, openUntilMs: 9 }
      await outbox.setCircuit('a', { ...failing, disabled: 'five days' }, 9)
      await outbox.setCircuit('a', undefined, 9)
      await outbox.setCircuit('a', failing, 9)
      expect(await outbox.circuit('a')).toMatchObject({ disabled: 'five days' })
      await outbox.enable('a')
      expect(await outbox.circuit('a')).toBeUndefined()
    })
  })
}
