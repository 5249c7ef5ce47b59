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
  queue: JobQueue,
  ports: ReturnType<typeof stepPorts>,
): Promise<void> {
  await queue.work('tick', tickJob(ports.tick))
  await queue.work('refresh-grid', refreshGridJob(ports.refreshGrid), {
    concurrency: CONCURRENCY.zones,
  })
  await queue.work('refit-models', refitModelsJob(ports.refitModels))
  await queue.work('solve-plan', solvePlanJob(ports.solvePlan))
  await queue.work('solve-block', solveBlockJob(ports.solveBlock), {
    concurrency: CONCURRENCY.blocks,
  })
  await queue.work('merge-plan', mergePlanJob(ports.mergePlan))
  await queue.work('apply-plan', applyPlanJob(ports.applyPlan), {
    concurrency: CONCURRENCY.regions,
  })
  await queue.work('carry-shift', carryShiftJob(ports.carryShift), {
    concurrency: CONCURRENCY.shifts,
  })
  await queue.work('notify-change', notifyChangeJob(ports.notifyChange), {
    concurrency: CONCURRENCY.relays,
  })
  await queue.work('replan-jobs', replanJobsJob(ports.replanJobs))
  await queue.work('account', accountJob(ports.account))
  await queue.work('attribute-levers', attributeLeversJob(ports.attributeLevers))
}
