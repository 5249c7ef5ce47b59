import { about } from '../services/platform/log-ids.ts'
import { type JobQueue, planVersionOf } from '../services/queue/index.ts'
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
  const work: JobQueue['work'] = (name, handler, options) =>
    queue.work(
      name,
      (payload, context) => {
        const ids = { job: name, jobId: context.id, ...planVersionOf(payload) }
        return about(ids, () => handler(payload, context))
      },
      options,
    )
  await Promise.all([
    work('tick', tickJob(ports.tick)),
    work('refresh-grid', refreshGridJob(ports.refreshGrid), {
      concurrency: CONCURRENCY.zones,
    }),
    work('refit-models', refitModelsJob(ports.refitModels)),
    work('solve-plan', solvePlanJob(ports.solvePlan)),
    work('solve-block', solveBlockJob(ports.solveBlock), {
      concurrency: CONCURRENCY.blocks,
    }),
    work('merge-plan', mergePlanJob(ports.mergePlan)),
    work('apply-plan', applyPlanJob(ports.applyPlan), {
      concurrency: CONCURRENCY.regions,
    }),
    work('carry-shift', carryShiftJob(ports.carryShift), {
      concurrency: CONCURRENCY.shifts,
    }),
    work('notify-change', notifyChangeJob(ports.notifyChange), {
      concurrency: CONCURRENCY.relays,
    }),
    work('replan-jobs', replanJobsJob(ports.replanJobs)),
    work('account', accountJob(ports.account)),
    work('attribute-levers', attributeLeversJob(ports.attributeLevers)),
  ])
}
