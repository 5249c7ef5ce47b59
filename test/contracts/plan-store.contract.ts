import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NewEvent } from '../../services/notification/index.ts'
import type { PlanDraft, PlanStore } from '../../services/plans/index.ts'
import type { Database } from '../../services/platform/database/database.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import type { Engine, FreshDatabase } from '../support/engines.ts'

const draft = (createdAtMs: number, words = 'no region has a free GPU'): PlanDraft => ({
  fleetHash: 'f1',
  problemDigest: 'd1',
  createdAtMs,
  validUntilMs: createdAtMs + 900_000,
  outcome: { status: 'infeasible', limit: 'gpus', words, relaxation: '2 more H100' },
  inputs: {
    zones: [
      {
        zone: 'DE',
        source: 'climatology',
        signal: 'average',
        basis: 'lifecycle',
        issuedAtMs: 1,
        quality: 'climatology',
      },
    ],
  },
})

const told = (version: number): NewEvent[] => [
  {
    type: 'plan.infeasible',
    subject: 'plan',
    key: `plan/${version}`,
    occurredAtMs: version,
    data: { version },
  },
]

/** What every plan store promises. */
export function describePlanStore(
  engine: Engine,
  make: (db: Database, tenant: string) => PlanStore,
): void {
  describe.skipIf(engine.skip)(`plan store: ${engine.name} ${engine.skip ?? ''}`, () => {
    let fresh: FreshDatabase
    let plans: PlanStore
    const events = async () =>
      (
        await fresh.db.query<{ data: { version: number } }>(
          'select data from outbox_event order by sequence',
        )
      ).map(({ data }) => data.version)

    beforeAll(async () => {
      fresh = await engine.open()
      await migrate(fresh.db)
      plans = make(fresh.db, 'acme')
    })
    afterAll(() => fresh?.destroy())

    it('begins empty', async () => {
      expect(await plans.current()).toBeUndefined()
      expect(await plans.currentVersion()).toBeUndefined()
      expect(await plans.history({ limit: 10 })).toEqual([])
      await expect(plans.get(1)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    it('gives back what was saved, and tells of it once', async () => {
      const result = await plans.save(draft(1000), { ifVersion: 0, events: told })
      expect(result).toEqual({
        status: 'saved',
        plan: { ...draft(1000), version: 1, approval: 'automatic' },
      })
      expect(await plans.current()).toEqual({ ...draft(1000), version: 1, approval: 'automatic' })
      expect(await plans.get(1)).toEqual({ ...draft(1000), version: 1, approval: 'automatic' })
      expect(await events()).toEqual([1])
    })

    it('refuses a draft that follows an older version, and tells of nothing', async () => {
      const result = await plans.save(draft(2000), { ifVersion: 0, events: told })
      expect(result).toEqual({ status: 'stale', currentVersion: 1 })
      expect(await events()).toEqual([1])
    })

    it('lets one of many writers win', async () => {
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          plans.save(draft(3000 + index), { ifVersion: 1, events: told }),
        ),
      )
      const saved = results.filter(({ status }) => status === 'saved')
      expect(saved).toHaveLength(1)
      expect((await plans.current())?.version).toBe(2)
      expect(await events()).toEqual([1, 2])
    })

    it('saves neither plan nor event when either fails', async () => {
      const failing = plans.save(draft(4000), {
        ifVersion: 2,
        events: () => [{ ...told(3)[0]!, occurredAtMs: Number.NaN }],
      })
      await expect(failing).rejects.toThrow()
      expect((await plans.current())?.version).toBe(2)
      expect(await events()).toEqual([1, 2])
    })

    it('pages through history, newest first', async () => {
      for (const ifVersion of [2, 3, 4]) {
        await plans.save(draft(5000 + ifVersion), { ifVersion, events: () => [] })
      }
      const first = await plans.history({ limit: 2 })
      expect(first.map(({ version }) => version)).toEqual([5, 4])
      expect(first[0]).toMatchObject({ status: 'infeasible', createdAtMs: 5004 })
      const next = await plans.history({ before: 4, limit: 10 })
      expect(next.map(({ version }) => version)).toEqual([3, 2, 1])
    })

    it('lifts versions above those that targets have seen, never below its own', async () => {
      await plans.liftVersionsAbove(1000)
      await plans.liftVersionsAbove(7)
      const result = await plans.save(draft(6000), { ifVersion: 5, events: () => [] })
      expect(result).toMatchObject({ status: 'saved', plan: { version: 1001 } })
    })

    it('keeps a plan of several megabytes', async () => {
      const words = Array.from({ length: 200_000 }, (_, index) => `window ${index}`).join(', ')
      await plans.save(draft(7000, words), { ifVersion: 1001, events: () => [] })
      expect((await plans.current())?.outcome).toMatchObject({ words })
    })

    it('forgets old plans, but never the current one', async () => {
      expect(await plans.forget(1_000_000)).toBe(6)
      const left = await plans.history({ limit: 10 })
      expect(left.map(({ version }) => version)).toEqual([1002])
    })

    it('knows the current plan after a restart', async () => {
      plans = make(await fresh.reopen(), 'acme')
      expect((await plans.current())?.version).toBe(1002)
    })
  })
}
