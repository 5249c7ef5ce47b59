import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { postgresEvents } from '../../services/api/adapters/postgres-events.ts'
import {
  type Attempt,
  appendEvents,
  type Endpoint,
  eventIdOf,
  type NewEvent,
  type Notifier,
  type Outbox,
  type OutboxEvent,
  outboxRelay,
} from '../../services/notification/index.ts'
import type { Database } from '../../services/platform/database/database.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import type { Engine, FreshDatabase } from '../support/engines.ts'

/** Of an endpoint's circuit. */
const LONGEST_PAUSE_MS = 600_000
const HOUR_MS = 3_600_000
const TENANT = 'acme'

const event = (key: string, subject = 'plan', occurredAtMs = 1000): NewEvent => ({
  type: 'plan.changed',
  subject,
  key,
  occurredAtMs,
  data: { key },
})
const endpoint = (id: string): Endpoint => ({
  id,
  url: 'https://example.com/',
  secrets: [],
  events: ['plan.changed', 'endpoint.disabled'],
  format: 'plain',
  allow: [],
})
const keyOf = ({ data }: Pick<OutboxEvent, 'data'>) => (data as { key: string }).key

/** What every outbox promises; the far side is scripted, the storage is real. */
export function describeOutbox(
  engine: Engine,
  make: (db: Database, tenant: string) => Outbox,
): void {
  describe.skipIf(engine.skip)(`outbox: ${engine.name} ${engine.skip ?? ''}`, () => {
    let fresh: FreshDatabase
    let outbox: Outbox
    let nowMs = 0
    let sent: string[] = []
    let underWay = 0
    let mostUnderWay = 0
    let answer: (to: string, key: string) => Attempt = () => ({
      status: 'delivered',
      httpStatus: 200,
    })

    const happened = (...events: NewEvent[]) =>
      fresh.db.transaction((tx) => appendEvents(tx, TENANT, events))
    let room: Notifier['room']
    const relay = (...ids: string[]) =>
      outboxRelay({
        outbox,
        endpoints: ids.map(endpoint),
        random: () => 0.5,
        nowMs: () => nowMs,
        notifier: {
          ...(room && { room }),
          async send(to, told) {
            sent.push(`${to.id}<${keyOf(told)}`)
            mostUnderWay = Math.max(mostUnderWay, ++underWay)
            await new Promise((resolve) => setTimeout(resolve, 1))
            underWay--
            return answer(to.id, keyOf(told))
          },
        },
      })()
    const fails: Attempt = { status: 'failed', httpStatus: 500, error: 'answered 500' }

    beforeAll(async () => {
      fresh = await engine.open()
      await migrate(fresh.db)
      outbox = make(fresh.db, TENANT)
    })
    beforeEach(async () => {
      await fresh.db.query('truncate outbox_event, delivery, delivery_attempt, endpoint_circuit')
      nowMs = 10_000
      sent = []
      answer = () => ({ status: 'delivered', httpStatus: 200 })
      mostUnderWay = 0
      room = undefined
    })
    afterAll(() => fresh?.destroy())

    it('delivers each event to each endpoint that wants it, once', async () => {
      await happened(event('1'), { ...event('2'), type: 'slo.guard' })
      expect(await relay('a', 'b')).toEqual({ delivered: 2, failed: 0 })
      expect(sent.toSorted()).toEqual(['a<1', 'b<1'])
      expect(await relay('a', 'b')).toEqual({ delivered: 0, failed: 0 })
    })

    it('sends no more than the endpoint agrees to, and the rest later', async () => {
      await happened(event('1', 's1'), event('2', 's2'), event('3', 's3'))
      let left = 2
      room = async () => left - sent.length
      expect(await relay('a')).toEqual({ delivered: 2, failed: 0 })
      left = 3
      expect(await relay('a')).toEqual({ delivered: 1, failed: 0 })
      expect(sent).toEqual(['a<1', 'a<2', 'a<3'])
    })

    it('takes the same happening once', async () => {
      await happened(event('1'))
      await happened(event('1'))
      expect(await relay('a')).toEqual({ delivered: 1, failed: 0 })
    })

    it('tells nothing of what was rolled back', async () => {
      const failing = fresh.db.transaction(async (tx) => {
        await appendEvents(tx, TENANT, [event('1')])
        throw new Error('no')
      })
      await expect(failing).rejects.toThrow('no')
      expect(await relay('a')).toEqual({ delivered: 0, failed: 0 })
    })

    it('keeps the order of a subject through failures, and lets other subjects pass', async () => {
      await happened(event('1'), event('2'), event('3', 'batch'))
      answer = (_to, key) =>
        key === '1' && nowMs === 10_000 ? fails : { status: 'delivered', httpStatus: 200 }
      await relay('a')
      expect(sent.toSorted()).toEqual(['a<1', 'a<3'])
      await relay('a')
      expect(sent).toHaveLength(2)
      nowMs += 6_000
      await relay('a')
      expect(sent.slice(2)).toEqual(['a<1', 'a<2'])
    })

    it('lets many relays share the work without telling anything twice', async () => {
      await happened(
        ...Array.from({ length: 30 }, (_, index) => event(`${index}`, `s${index % 7}`)),
      )
      await Promise.all(Array.from({ length: 5 }, () => relay('a', 'b')))
      await relay('a', 'b')
      expect(sent).toHaveLength(60)
      expect(new Set(sent).size).toBe(60)
    })

    it('makes no more than four attempts at one endpoint side by side', async () => {
      await happened(...Array.from({ length: 12 }, (_, n) => event(`${n}`, `s${n}`)))
      await relay('a')
      expect(sent).toHaveLength(12)
      expect(mostUnderWay).toBe(4)
    })

    it('numbers events in the order in which they become visible', async () => {
      const slow = fresh.db.transaction(async (tx) => {
        await appendEvents(tx, TENANT, [event('slow')])
        await new Promise((resolve) => setTimeout(resolve, 50))
      })
      await Promise.all([slow, happened(event('quick'))])
      const log = postgresEvents(fresh.db, TENANT)
      const all = await log.since(0, 10)
      expect(all).toHaveLength(2)
      expect(await log.latest()).toBe(all[1]!.id)
      expect(await log.since(all[0]!.id, 10)).toEqual([all[1]])
    })

    it('hands nothing on before what happened earlier, and somebody else is at', async () => {
      await happened(event('1'))
      let atIt: () => void = () => undefined
      const locked = new Promise<void>((resolve) => {
        atIt = resolve
      })
      const somebodyElse = fresh.db.transaction(async (tx) => {
        await tx.query('select sequence from outbox_event for update')
        atIt()
        await new Promise((resolve) => setTimeout(resolve, 300))
      })
      await locked
      await happened(event('2'))
      await outbox.fanOut([endpoint('a')], nowMs)
      const [first] = await outbox.claim('a', nowMs, 1)
      expect(keyOf(first!.event)).toBe('1')
      await somebodyElse
    })

    it('takes over from a relay that died', async () => {
      await happened(event('1'))
      await outbox.fanOut([endpoint('a')], nowMs)
      expect(await outbox.claim('a', nowMs, 9)).toHaveLength(1)
      expect(await outbox.claim('a', nowMs, 9)).toHaveLength(0)
      nowMs += 21_000
      expect(await relay('a')).toEqual({ delivered: 1, failed: 0 })
    })

    it('gives up after the whole schedule, keeps the log, and delivers on replay', async () => {
      await happened(event('1'), event('2'))
      answer = (_to, key) => (key === '1' ? fails : { status: 'delivered', httpStatus: 200 })
      for (let round = 0; round < 10; round++) {
        await relay('a')
        const due = await outbox.deliveries({ status: 'due', limit: 9 })
        nowMs = Math.max(nowMs, ...due.map(({ dueAtMs }) => dueAtMs)) + LONGEST_PAUSE_MS
      }
      await relay('a')
      expect(sent.filter((one) => one === 'a<1')).toHaveLength(10)
      expect(sent.at(-1)).toBe('a<2')
      expect(nowMs).toBeGreaterThan(72 * HOUR_MS)
      const [dead] = await outbox.deliveries({ endpoint: 'a', status: 'dead', limit: 5 })
      expect(dead).toMatchObject({ eventType: 'plan.changed', status: 'dead' })
      expect(dead!.attempts).toHaveLength(10)
      expect(dead!.attempts[0]).toMatchObject({ httpStatus: 500, error: 'answered 500' })

      answer = () => ({ status: 'delivered', httpStatus: 200 })
      const eventIds = [eventIdOf(event('1'))]
      expect(await outbox.replay(endpoint('a'), { eventIds }, nowMs)).toBe(1)
      expect(await relay('a')).toEqual({ delivered: 1, failed: 0 })
      const [newest] = await outbox.deliveries({ limit: 1 })
      expect(newest).toMatchObject({ eventId: eventIds[0], status: 'delivered' })
      expect(newest!.finishedAtMs).toBe(nowMs)
      expect(await outbox.deliveries({ before: newest!.id, limit: 9 })).toHaveLength(2)
    })

    it('replays a span of time', async () => {
      await happened(event('1', 'plan', 100), event('2', 'plan', 200), event('3', 'plan', 300))
      await relay('a')
      sent = []
      expect(await outbox.replay(endpoint('a'), { fromMs: 200, untilMs: 300 }, nowMs)).toBe(1)
      await relay('a')
      expect(sent).toEqual(['a<2'])
    })

    it('tells of another subject while an answer is long in coming', async () => {
      let letGo: () => void = () => undefined
      const hanging = new Promise<void>((resolve) => {
        letGo = resolve
      })
      const heard: string[] = []
      const sameProcess = outboxRelay({
        outbox,
        endpoints: [endpoint('a')],
        random: () => 0.5,
        nowMs: () => nowMs,
        notifier: {
          async send(_to, told) {
            heard.push(keyOf(told))
            if (keyOf(told) === '1') await hanging
            return { status: 'delivered', httpStatus: 200 }
          },
        },
      })
      await happened(event('1', 's1'))
      const first = sameProcess()
      await expect.poll(() => heard).toEqual(['1'])
      await happened(event('2', 's2'))
      expect(await sameProcess()).toEqual({ delivered: 0, failed: 0 })
      await expect.poll(() => heard).toEqual(['1', '2'])
      letGo()
      expect(await first).toEqual({ delivered: 2, failed: 0 })
    })

    it('leaves an endpoint that fails alone for a while, then tries with one', async () => {
      await happened(...Array.from({ length: 9 }, (_, index) => event(`${index}`, `s${index}`)))
      answer = () => fails
      await relay('a')
      expect(sent.length).toBeLessThan(9)
      expect(await outbox.circuit('a')).toMatchObject({ failures: 5 })
      const before = sent.length
      await relay('a')
      expect(sent).toHaveLength(before)
      nowMs += 11_000
      answer = () => ({ status: 'delivered', httpStatus: 200 })
      await relay('a')
      expect(await outbox.circuit('a')).toBeUndefined()
      expect(new Set(sent).size).toBe(9)
    })

    it('stops for good at 410, says so, and begins again when enabled', async () => {
      await happened(event('1'), event('2'))
      answer = (to) =>
        to === 'a'
          ? { status: 'gone', httpStatus: 410, error: 'gone' }
          : { status: 'delivered', httpStatus: 200 }
      await relay('a')
      expect(await outbox.circuit('a')).toMatchObject({ disabled: 'it answered 410 Gone' })
      expect(await outbox.deliveries({ status: 'due', limit: 9 })).toEqual([])
      const events = await postgresEvents(fresh.db, TENANT).since(0, 9)
      expect(events.at(-1)).toMatchObject({ type: 'endpoint.disabled', data: { endpoint: 'a' } })
      await happened(event('3'))
      await relay('a')
      expect(sent).toEqual(['a<1'])

      await outbox.enable('a')
      answer = () => ({ status: 'delivered', httpStatus: 200 })
      await happened(event('4'))
      await relay('a')
      expect(sent).toEqual(['a<1', 'a<4'])
    })

    it('forgets what is old and told, never what is still due', async () => {
      await happened(event('1', 'x', 100), event('2', 'y', 100), event('3', 'x', 9_000))
      expect(await outbox.forget(5_000)).toBe(0)
      answer = (_to, key) => (key === '2' ? fails : { status: 'delivered', httpStatus: 200 })
      await relay('a')
      expect(await outbox.forget(5_000)).toBe(1)
      const left = await postgresEvents(fresh.db, TENANT).since(0, 9)
      expect(left.map(keyOf)).toEqual(['2', '3'])
    })
  })
}
