/**
 * A worker that solves blocks and merges plans through the real engines, until it is told to stop or
 * killed. Says on standard output `took` for each job that it has taken up, `gave` for each that has
 * ended, and `solved` for each block it has solved. Its options come as JSON.
 */

import { type MergePlanPorts, mergePlan } from '../../services/pipeline/merge-plan.ts'
import { solveOneBlock } from '../../services/pipeline/solve-block.ts'
import { verifyPlan } from '../../services/planning/index.ts'
import { openLog } from '../../services/platform/log.ts'
import { openThreads } from '../../services/platform/threads.ts'
import { openEngine } from '../../services/wiring/engine.ts'
import { solverThreads } from '../../services/wiring/solver-threads.ts'
import { openStores } from '../../services/wiring/state.ts'

const { timing, ...where } = JSON.parse(process.argv[2]!)
const engine = await openEngine(where, openLog('silent'), timing)
const threads = openThreads()
const solver = solverThreads(threads)
const { queue } = engine
/** A revision begins with the name of its fleet, which is the tenant. */
const storesOf = (revision: string) => openStores(engine.database, revision.split('.')[0]!)

async function heard<Result>(work: () => Promise<Result>): Promise<Result> {
  process.stdout.write('took\n')
  return work().finally(() => process.stdout.write('gave\n'))
}

await queue.work(
  'solve-block',
  (payload) =>
    heard(async () => {
      const { solves } = storesOf(payload.revision)
      const result = await solveOneBlock({ solves, solveBlock: solver.solveBlock }, payload)
      process.stdout.write('solved\n')
      return result
    }),
  { concurrency: 4 },
)
await queue.work(
  'merge-plan',
  (payload) => {
    const ports: MergePlanPorts = {
      ...storesOf(payload.revision),
      queue,
      nowMs: Date.now,
      merge: solver.merge,
      violations: (problem, outcome) =>
        outcome.status === 'planned' ? verifyPlan(problem, outcome.plan).violations : [],
      observe: () => undefined,
      // So that nothing but solving and saving is measured.
      needsApproval: async () => true,
      validForMs: async () => 3_600_000,
    }
    return heard(() => mergePlan(ports, payload))
  },
  { concurrency: 4 },
)
process.stdout.write('ready\n')
process.once('SIGTERM', async () => {
  await engine.close()
  await threads.close()
})
