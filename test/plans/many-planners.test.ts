import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sqlTargetMemory } from '../../services/actuation/adapters/sql-target-memory.ts'
import { exactly } from '../../services/actuation/index.ts'
import { postgresPlans } from '../../services/plans/adapters/postgres.ts'
import type { PlanDraft } from '../../services/plans/index.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { caseCount, patienceMs } from '../support/case-count.ts'
import { ENGINES, type FreshDatabase } from '../support/engines.ts'

const ROUNDS = caseCount(40)
const ASLEEP_ROUNDS = 7
const DRAFT: PlanDraft = {
  fleetHash: 'f',
  problemDigest: 'd',
  createdAtMs: 1,
  validUntilMs: 2,
  outcome: { status: 'infeasible', limit: 'gpus', words: 'w', relaxation: 'r' },
  inputs: { zones: [] },
}

for (const engine of ENGINES) {
  describe.skipIf(engine.skip)(`planners that know nothing of each other: ${engine.name}`, () => {
    let fresh: FreshDatabase
    beforeAll(async () => {
      fresh = await engine.open()
      await migrate(fresh.db)
    })
    afterAll(() => fresh?.destroy())

    it(
      `in each of ${ROUNDS} rounds one wins, and one that slept through some changes nothing`,
      async () => {
        const plans = postgresPlans(fresh.db, 'default')
        const targets = sqlTargetMemory(fresh.db, 'default')
        const events = (version: number) => [
          {
            type: 'plan.changed',
            subject: 'plan',
            key: `${version}`,
            occurredAtMs: 1,
            data: { version },
          } as const,
        ]
        const save = (ifVersion: number) => plans.save(DRAFT, { ifVersion, events })
        const tell = (fence: number) =>
          targets.remember('t', {
            fence,
            planVersion: `${fence}`,
            idempotencyKey: `${fence}`,
            before: { replicas: exactly(1) },
            applied: { replicas: exactly(fence) },
            atMs: 1,
          })

        for (let version = 0; version < ROUNDS; version++) {
          const asleepSince = version - ASLEEP_ROUNDS
          const planners = Array.from({ length: 2 + (version % 4) }, () => save(version))
          const zombie = asleepSince >= 0 ? [save(asleepSince)] : []
          const results = await Promise.all([...zombie, ...planners])
          const saved = results.filter(({ status }) => status === 'saved')
          expect(saved).toMatchObject([{ plan: { version: version + 1 } }])
          const told = [tell(version + 1), ...(asleepSince > 0 ? [tell(asleepSince)] : [])]
          expect(await Promise.all(told)).toEqual([true, false].slice(0, told.length))
        }
        expect(await plans.currentVersion()).toBe(ROUNDS)
        expect(await targets.recall('t')).toMatchObject({ fence: ROUNDS })
        const told = await fresh.db.query<{ data: { version: number } }>(
          'select data from outbox_event order by sequence',
        )
        const versions = Array.from({ length: ROUNDS }, (_, index) => index + 1)
        expect(told.map(({ data }) => data.version)).toEqual(versions)
      },
      patienceMs(60_000, 40),
    )
  })
}
