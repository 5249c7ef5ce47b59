import type { JobQueue } from '../services/queue/index.ts'
import type { stepPorts } from '../services/wiring/steps.ts'
import { accountJob } from './account.ts'
import { applyPlanJob } from './apply-plan.ts'
import { attributeLeversJob } from './attribute-levers.ts'
import { carryShiftJob } from './carry-shift.ts'
import { mergePlanJob } from './merge-plan.ts'
import { notifyChangeJob } from './notify-change.ts'
import { refitModelsJob } from './refit-models.ts'
import { refreshGridJob } from './refresh-grid.ts'
import { replanJobsJob } from './replan-jobs.ts'
import { solveBlockJob } from './solve-block.ts'
import { solvePlanJob } from './solve-plan.ts'
import { tickJob } from './tick.ts'

/** Solves go to threads; everything else mostly waits for others, and one that hangs must not. */
const CONCURRENCY = { zones: 8, blocks: 4, regions: 8, shifts: 16, relays: 4 }

/** Works on every kind of job in this process, until the queue is closed. */
export async function startWorkers(
  queue: Pick<JobQueue, 'work'>,
  ports: ReturnType<typeof stepPorts>,
): Promise<void> {
  await Promise.all([
    queue.work('tick', tickJob(ports.tick)),
    queue.work('refresh-grid', refreshGridJob(ports.refreshGrid), {
      concurrency: CONCURRENCY.zones,
    }),
    queue.work('refit-models', refitModelsJob(ports.refitModels)),
    queue.work('solve-plan', solvePlanJob(ports.solvePlan)),
    queue.work('solve-block', solveBlockJob(ports.solveBlock), {
      concurrency: CONCURRENCY.blocks,
    }),
    queue.work('merge-plan', mergePlanJob(ports.mergePlan)),
    queue.work('apply-plan', applyPlanJob(ports.applyPlan), {
      concurrency: CONCURRENCY.regions,
    }),
    queue.work('carry-shift', carryShiftJob(ports.carryShift), {
      concurrency: CONCURRENCY.shifts,
    }),
    queue.work('notify-change', notifyChangeJob(ports.notifyChange), {
      concurrency: CONCURRENCY.relays,
    }),
    queue.work('replan-jobs', replanJobsJob(ports.replanJobs)),
    queue.work('account', accountJob(ports.account)),
    queue.work('attribute-levers', attributeLeversJob(ports.attributeLevers)),
  ])
}
