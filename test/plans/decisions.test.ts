import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NewEvent } from '../../services/notification/index.ts'
import { postgresPlans } from '../../services/plans/adapters/postgres.ts'
import type { PlanStore } from '../../services/plans/index.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { ENGINES, type FreshDatabase } from '../support/engines.ts'

const draft = (createdAtMs: number) => ({
  fleetHash: 'f',
  problemDigest: 'd',
  createdAtMs,
  validUntilMs: createdAtMs + 1,
  outcome: { status: 'infeasible', limit: 'gpus', words: 'w', relaxation: 'r' } as const,
  inputs: { zones: [] },
})
const told: NewEvent = {
  type: 'plan.changed',
  subject: 'plan',
  key: '2',
  occurredAtMs: 1,
  data: {},
}
const approved = { decision: 'approved', by: 'ann', atMs: 5, words: 'fine' } as const
const rejected = { ...approved, decision: 'rejected' } as const

for (const engine of ENGINES) {
  describe.skipIf(engine.skip)(`decisions on plans: ${engine.name} ${engine.skip ?? ''}`, () => {
    let fresh: FreshDatabase
    let plans: PlanStore
    beforeAll(async () => {
      fresh = await engine.open()
      await migrate(fresh.db)
      plans = postgresPlans(fresh.db, 'acme')
      const none = { events: () => [] }
      await plans.save(draft(1), { ifVersion: 0, ...none })
      for (const ifVersion of [1, 2, 3]) {
        await plans.save({ ...draft(2), needsApproval: true }, { ifVersion, ...none })
      }
    })
    afterAll(() => fresh?.destroy())
    const events = async () =>
      (await fresh.db.query('select 1 from outbox_event where tenant = $1', ['acme'])).length

    it('leave the plan before in force while a newer one waits', async () => {
      expect(await plans.current()).toMatchObject({ version: 1, approval: 'automatic' })
      expect(await plans.newest()).toMatchObject({ version: 4, approval: 'pending' })
      const history = await plans.history({ limit: 9 })
      expect(history.map(({ approval }) => approval)).toEqual([
        'pending',
        'pending',
        'pending',
        'automatic',
      ])
    })

    it('put an approved one in force, with its events, once', async () => {
      const [first] = await Promise.all([
        plans.decide(3, approved, [told]),
        plans.decide(3, approved, [told]),
      ])
      expect(first).toMatchObject({ version: 3, approval: 'approved', decided: approved })
      expect((await plans.current())?.version).toBe(3)
      expect(await events()).toBe(1)
    })

    it('are refused where there is nothing to decide', async () => {
      await expect(plans.decide(1, approved, [])).rejects.toThrow('without anybody')
      await expect(plans.decide(2, approved, [])).rejects.toThrow('newer plan')
      await expect(plans.decide(3, rejected, [])).rejects.toThrow('was approved already')
      await expect(plans.decide(9, approved, [])).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect(await events()).toBe(1)
    })

    it('keep a rejected one out of force, whatever is forgotten', async () => {
      expect(await plans.decide(4, rejected, [])).toMatchObject({ approval: 'rejected' })
      expect((await plans.current())?.version).toBe(3)
      expect(await plans.forget(1_000)).toBe(2)
      expect((await plans.current())?.version).toBe(3)
      expect((await plans.newest())?.version).toBe(4)
    })

    it('save a plan that is approved already', async () => {
      const result = await plans.save(
        { ...draft(3), needsApproval: true },
        { ifVersion: 4, events: () => [], decided: approved },
      )
      expect(result).toMatchObject({ plan: { version: 5, approval: 'approved' } })
      expect(await plans.current()).toMatchObject({ version: 5, decided: approved })
    })
  })
}
