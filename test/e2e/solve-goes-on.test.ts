import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { epochMs } from '../../services/domain/units.ts'
import { mergePlan } from '../../services/pipeline/merge-plan.ts'
import { solveOneBlock } from '../../services/pipeline/solve-block.ts'
import { solvePlan } from '../../services/pipeline/solve-plan.ts'
import {
  holdUnlessWorth,
  type LastPlan,
  loadHighs,
  type PlanningProblem,
  verifyPlan,
} from '../../services/planning/index.ts'
import { openThreads, type Threads } from '../../services/platform/threads.ts'
import { bullmqOn } from '../../services/queue/adapters/bullmq.ts'
import type { JobQueue } from '../../services/queue/index.ts'
import { digestOf } from '../../services/solves/index.ts'
import { planInThreads } from '../../services/wiring/plan-in-threads.ts'
import { solverThreads } from '../../services/wiring/solver-threads.ts'
import { openStores } from '../../services/wiring/state.ts'
import { generateProblem } from '../bench/planner/instances.ts'
import { beforeRolling, rolledOn } from '../bench/planner/roll.ts'
import { embeddedEngine, type FreshDatabase, redisUrl } from '../support/engines.ts'

/** Thirty windows of an hour, the last of which comes into sight an hour later. */
const generated = generateProblem({ regions: 2, windows: 31, models: 3, variants: 6, seed: 4 })
const hours: PlanningProblem = {
  ...generated,
  windows: generated.windows.map((_, t) => ({
    startMs: epochMs(t * 3_600_000),
    endMs: epochMs((t + 1) * 3_600_000),
  })),
}
// In the service deferrable work is planned after the traffic, not with it.
const whole: PlanningProblem = { ...hours, batch: [] }
const first = beforeRolling(whole)

const QUEUES = [
  { name: 'the embedded database', skip: undefined, url: undefined },
  { name: 'Redis', skip: redisUrl ? undefined : 'TEST_REDIS_URL is not set', url: redisUrl },
]

for (const { name, skip, url } of QUEUES) {
  describe.skipIf(skip)(`a solve over ${name}`, () => {
    let fresh: FreshDatabase
    let queue: JobQueue
    let threads: Threads
    /** What the next solve finds. */
    let problem: PlanningProblem
    const observed: unknown[] = []
    const solved: string[] = []

    beforeAll(async () => {
      fresh = await embeddedEngine.open()
      const where = url ? { redisUrl: url } : { database: fresh.db }
      queue = await bullmqOn(where, { keyPrefix: `test-${randomUUID()}` })
      threads = openThreads({ threads: 1 })
      const solver = solverThreads(threads)
      const stores = await migrated(fresh)
      const frame = async () => ({
        problem,
        problemDigest: digestOf(problem),
        framedAtMs: 0,
        fleetHash: 'f',
        zones: [],
        followsVersion: (await stores.plans.newest())?.version ?? 0,
      })
      const observe = (windows: unknown) => void observed.push(windows)
      const solving = { ...stores, queue, frame, observe, split: solver.split }
      await queue.work('solve-plan', (payload) => solvePlan(solving, payload))
      await queue.work('solve-block', (payload) => {
        solved.push(payload.blockId)
        return solveOneBlock({ solves: stores.solves, solveBlock: solver.solveBlock }, payload)
      })
      await queue.work('merge-plan', (payload) =>
        mergePlan(
          {
            ...stores,
            queue,
            nowMs: () => 1,
            merge: solver.merge,
            violations: (of, outcome) =>
              outcome.status === 'planned' ? verifyPlan(of, outcome.plan).violations : [],
            observe: () => undefined,
            needsApproval: async () => false,
            validForMs: async () => 3_600_000,
          },
          payload,
        ),
      )
    })

    afterAll(async () => {
      await queue.close()
      await threads.close()
      await fresh.destroy()
    })

    async function migrated({ db }: FreshDatabase) {
      const { migrate } = await import('../../services/platform/database/migrate.ts')
      await migrate(db)
      return openStores(db, 'default')
    }

    async function planOf(revision: string, of: PlanningProblem, version: number) {
      problem = of
      solved.length = 0
      await queue.add({ name: 'solve-plan', payload: { revision }, id: `solve-${revision}` })
      const { plans } = openStores(fresh.db, 'default')
      await expect.poll(() => plans.currentVersion(), { interval: 100 }).toBe(version)
      const stored = await plans.get(version)
      if (stored.outcome.status !== 'planned') throw new Error(stored.outcome.words)
      return stored.outcome.plan
    }

    it('goes on from the plan in force, queues only what is new, and plans as one process does', async () => {
      const solver = await loadHighs()
      const alone = await planInThreads(first, solver, { threads: 1 })
      const plan = await planOf('one', first, 1)
      expect(plan.assignments).toEqual(alone.made!.plan.assignments)
      expect(solved.toSorted()).toEqual(['0-11', '12-23', '24-29'])

      const next = rolledOn(whole, plan)
      const last: LastPlan = alone.made!
      const going = await planInThreads(next, solver, { threads: 1, last })
      const went = await planOf('two', next, 2)
      const expected = holdUnlessWorth(next, plan, going.made!.plan)
      expect(went.assignments).toEqual(expected.assignments)
      expect(went.bound).toEqual(expected.bound)
      expect(solved).toEqual(['29-29'])
      expect(observed).toEqual([
        { kept: 0, planned: 30 },
        { kept: 29, planned: 1 },
      ])

      // Where the grid is another everywhere, everything is planned anew.
      const moved = {
        ...next,
        regions: next.regions.map((region) => ({
          ...region,
          carbonGPerKwh: region.carbonGPerKwh.map((g) => g * 1.01),
        })),
      }
      await planOf('three', moved, 3)
      expect(observed.at(-1)).toEqual({ kept: 0, planned: 30 })
    }, 180_000)
  })
}
