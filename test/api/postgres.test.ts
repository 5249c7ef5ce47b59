import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { postgresAnswers } from '../../services/api/adapters/postgres-answers.ts'
import { postgresAudit } from '../../services/api/adapters/postgres-audit.ts'
import { postgresEvents } from '../../services/api/adapters/postgres-events.ts'
import { postgresOutbox } from '../../services/notification/adapters/postgres.ts'
import { appendEvents, type NewEvent } from '../../services/notification/index.ts'
import { postgresPushedDemand } from '../../services/overlays/adapters/postgres-demand.ts'
import { postgresOverlays } from '../../services/overlays/adapters/postgres-overlays.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { ENGINES, type FreshDatabase } from '../support/engines.ts'

for (const engine of ENGINES) {
  describe.skipIf(engine.skip)(`${engine.name} ${engine.skip ?? ''}`, () => {
    let fresh: FreshDatabase
    beforeAll(async () => {
      fresh = await engine.open()
      await migrate(fresh.db)
    })
    afterAll(() => fresh.destroy())

    describe('events', () => {
      const anEvent = (key: string): NewEvent => ({
        type: 'plan.changed',
        subject: 'plan',
        key,
        occurredAtMs: 5,
        data: { key },
      })

      it('are the outbox, in order', async () => {
        const events = postgresEvents(fresh.db, 'acme')
        expect(await events.latest()).toBe(0)
        await appendEvents(fresh.db, 'acme', [anEvent('a'), anEvent('b'), anEvent('c')])
        const all = await events.since(0, 10)
        expect(all.map(({ data }) => data)).toEqual([{ key: 'a' }, { key: 'b' }, { key: 'c' }])
        expect(all[0]).toMatchObject({ type: 'plan.changed', atMs: 5 })
        expect(await events.latest()).toBe(all[2]!.id)
        expect(await events.since(all[0]!.id, 1)).toEqual([all[1]])
      })

      it('become visible in the order of their numbers, whoever commits first', async () => {
        const events = postgresEvents(fresh.db, 'acme')
        const from = await events.latest()
        let numbered = () => {}
        const slowIsNumbered = new Promise<void>((resolve) => {
          numbered = resolve
        })
        const slow = fresh.db.transaction(async (tx) => {
          await appendEvents(tx, 'acme', [anEvent('slow')])
          numbered()
          await pause(100)
        })
        await slowIsNumbered
        const quick = ['quick', 'quicker'].map((key) =>
          fresh.db.transaction((tx) => appendEvents(tx, 'acme', [anEvent(key)])),
        )
        const seen: unknown[] = []
        let writing = true
        const reading = (async () => {
          for (let last = from; writing; ) {
            for (const { id, data } of await events.since(last, 10)) {
              seen.push(data)
              last = id
            }
            await pause(5)
          }
        })()
        await Promise.all([slow, ...quick])
        await pause(20)
        writing = false
        await reading
        expect(seen).toHaveLength(3)
        expect(seen[0]).toEqual({ key: 'slow' })
      })

      it('know what is kept, of their own tenant', async () => {
        const events = postgresEvents(fresh.db, 'acme')
        const latest = await events.latest()
        expect(await events.has(latest)).toBe(true)
        expect(await events.has(latest + 1000)).toBe(false)
        expect(await postgresEvents(fresh.db, 'globex').has(latest)).toBe(false)
      })

      it.skipIf(engine.name === 'embedded')(
        'come whatever else the server is at, and none twice for being handed on',
        async () => {
          const events = postgresEvents(fresh.db, 'acme')
          const client = await fresh.db.pool.connect()
          try {
            await client.query('begin')
            await client.query('select pg_current_xact_id()') // a long backup, say
            const from = await events.latest()
            await fresh.db.transaction((tx) => appendEvents(tx, 'acme', [anEvent('during')]))
            expect(await events.since(from, 10)).toHaveLength(1)
            const latest = await events.latest()
            await postgresOutbox(fresh.db, 'acme').fanOut([], 1)
            expect(await events.latest()).toBe(latest)
          } finally {
            await client.query('rollback')
            client.release()
          }
        },
      )
    })

    it('keeps the audit log, newest first', async () => {
      const audit = postgresAudit(fresh.db, 'acme')
      const entry = { actor: 'ci', action: 'putModel', subject: 'm', outcome: 'done' } as const
      for (const atMs of [1, 2, 3]) await audit.write({ ...entry, atMs, words: `no. ${atMs}` })
      const newest = await audit.history({ limit: 2 })
      expect(newest.map(({ words }) => words)).toEqual(['no. 3', 'no. 2'])
      const older = await audit.history({ limit: 5, before: newest[1]!.id })
      expect(older.map(({ atMs }) => atMs)).toEqual([1])
    })

    describe('answers', () => {
      const request = {
        tenant: 'acme',
        key: 'k',
        fingerprint: 'f',
        nowMs: 100_000,
        abandonedBeforeMs: 40_000,
      }
      beforeEach(() => postgresAnswers(fresh.db).forget(Number.MAX_SAFE_INTEGER))

      it('are begun once, then given again', async () => {
        const answers = postgresAnswers(fresh.db)
        const begun = await Promise.all([answers.begin(request), answers.begin(request)])
        expect(begun.map(({ state }) => state).sort()).toEqual(['started', 'under-way'])
        await answers.finish(request, { status: 201, body: '{"a":1}', etag: '"t"' })
        expect(await answers.begin(request)).toEqual({
          state: 'answered',
          status: 201,
          body: '{"a":1}',
          etag: '"t"',
        })
        expect(await answers.begin({ ...request, fingerprint: 'g' })).toEqual({
          state: 'other-request',
        })
        expect(await answers.begin({ ...request, tenant: 'globex' })).toEqual({ state: 'started' })
      })

      it('may be begun again where nobody finished', async () => {
        const answers = postgresAnswers(fresh.db)
        await answers.begin({ ...request, nowMs: 10_000 })
        expect(await answers.begin(request)).toEqual({ state: 'started' })
        expect(await answers.begin(request)).toEqual({ state: 'under-way' })
        await answers.abandon(request)
        expect(await answers.begin(request)).toEqual({ state: 'started' })
        expect(await answers.forget(100_001)).toBe(1)
      })
    })

    describe('overlays', () => {
      const anOverlay = (id: string, revision: number) => ({
        kind: 'model' as const,
        id,
        revision,
        value: { minReplicas: revision },
        changedBy: 'ci',
        changedAtMs: 1,
      })

      it('are written only by who has seen the newest', async () => {
        const overlays = postgresOverlays(fresh.db)
        await overlays.put('acme', anOverlay('m', 2))
        await overlays.put('acme', anOverlay('m', 3))
        for (const revision of [1, 2, 3, 5]) {
          await expect(overlays.put('acme', anOverlay('m', revision))).rejects.toThrow('meanwhile')
        }
        await expect(overlays.put('acme', anOverlay('later', 3))).rejects.toThrow('meanwhile')
        expect(await overlays.list('acme')).toEqual([anOverlay('m', 3)])
      })

      it('let one of two win, and keep tenants apart', async () => {
        const overlays = postgresOverlays(fresh.db)
        const both = await Promise.allSettled([
          overlays.put('globex', anOverlay('m', 1)),
          overlays.put('globex', anOverlay('m', 1)),
        ])
        expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
        expect(await overlays.list('globex')).toHaveLength(1)
        expect(await overlays.list('nobody')).toEqual([])
      })
    })

    it('keeps the newest word on pushed demand', async () => {
      const demand = postgresPushedDemand(fresh.db)
      const slot = (startMs: number, tokensPerSecond: number) => ({
        startMs,
        endMs: startMs + 10,
        tokensPerSecond,
      })
      const traffic = { model: 'm', origin: 'eu', kind: 'observed' } as const
      await demand.push('acme', { ...traffic, slots: [slot(0, 1), slot(10, 2)] }, 1)
      await demand.push('acme', { ...traffic, slots: [slot(10, 5), slot(20, 0.5)] }, 2)
      await demand.push('acme', { ...traffic, kind: 'forecast', slots: [slot(10, 9)] }, 2)
      await demand.push('globex', { ...traffic, slots: [slot(10, 7)] }, 2)
      expect(await demand.between('acme', 10, 30)).toEqual([
        { ...traffic, kind: 'forecast', slots: [slot(10, 9)] },
        { ...traffic, slots: [slot(10, 5), slot(20, 0.5)] },
      ])
      expect(await demand.highestObserved('acme', 0, 30)).toEqual([
        { model: 'm', origin: 'eu', tokensPerSecond: 5 },
      ])
      expect(await demand.highestObserved('acme', 20, 30)).toEqual([
        { model: 'm', origin: 'eu', tokensPerSecond: 0.5 },
      ])
      expect(await demand.highestObserved('acme', 30, 99)).toEqual([])
      await demand.record('acme', { ...traffic, slots: [slot(40, 3)] }, 2)
      await demand.record('acme', { ...traffic, slots: [slot(40, 4)] }, 3)
      expect(await demand.highestObserved('acme', 40, 50)).toEqual([
        { model: 'm', origin: 'eu', tokensPerSecond: 4 },
      ])
      expect(await demand.between('acme', 40, 50)).toEqual([
        { ...traffic, kind: 'measured', slots: [slot(40, 4)] },
      ])
      expect(await demand.revision('acme', 'm')).toBe(3)
      await expect(demand.push('acme', { ...traffic, slots: [slot(10, 1)] }, 3, 2)).rejects.toThrow(
        'meanwhile',
      )
      expect(await demand.push('globex', { ...traffic, slots: [slot(10, 8)] }, 3, 1)).toBe(2)
      expect(await demand.between('acme', 10, 30)).toHaveLength(2)
      expect(await demand.forget(25)).toBe(4)
      expect(await demand.between('acme', 0, 40)).toEqual([{ ...traffic, slots: [slot(20, 0.5)] }])
    })
  })
}
