import { account } from '../services/pipeline/account.ts'
import { applyPlan } from '../services/pipeline/apply-plan.ts'
import { attributeLevers } from '../services/pipeline/attribute-levers.ts'
import { carryShift } from '../services/pipeline/carry-shift.ts'
import { mergePlan } from '../services/pipeline/merge-plan.ts'
import { notifyChange } from '../services/pipeline/notify-change.ts'
import { refitModels } from '../services/pipeline/refit-models.ts'
import { refreshGrid } from '../services/pipeline/refresh-grid.ts'
import { replanJobs } from '../services/pipeline/replan-jobs.ts'
import { solveOneBlock } from '../services/pipeline/solve-block.ts'
import { solvePlan } from '../services/pipeline/solve-plan.ts'
import { tick } from '../services/pipeline/tick.ts'
import { about } from '../services/platform/log-ids.ts'
import {
  JOB_NAMES,
  type JobHandler,
  type JobName,
  type JobQueue,
  planVersionOf,
} from '../services/queue/index.ts'
import type { stepPorts } from '../services/wiring/steps.ts'

type StepPorts = ReturnType<typeof stepPorts>

/** Solves go to threads; everything else mostly waits for others, and one that hangs must not. */
const CONCURRENCY: { readonly [Name in JobName]?: number } = {
  'refresh-grid': 8,
  'solve-block': 4,
  'apply-plan': 8,
  'carry-shift': 16,
  'notify-change': 4,
}

/** Which step of the pipeline each kind of job is. */
const stepsOf = (ports: StepPorts): { readonly [Name in JobName]: JobHandler<Name> } => ({
  tick: (_payload, { dueAtMs }) => tick(ports.tick, dueAtMs),
  'refresh-grid': (payload, { abort }) => refreshGrid(ports.refreshGrid, payload, abort),
  'refit-models': (payload) => refitModels(ports.refitModels, payload),
  'solve-plan': (payload) => solvePlan(ports.solvePlan, payload),
  'solve-block': (payload) => solveOneBlock(ports.solveBlock, payload),
  'merge-plan': (payload) => mergePlan(ports.mergePlan, payload),
  'apply-plan': (payload, { abort }) => applyPlan(ports.applyPlan, payload, abort),
  'carry-shift': (payload, { abort }) => carryShift(ports.carryShift, payload, abort),
  'notify-change': (_payload, { abort }) => notifyChange(ports.notifyChange, abort),
  'replan-jobs': () => replanJobs(ports.replanJobs),
  account: (payload) => account(ports.account, payload),
  'attribute-levers': (payload) => attributeLevers(ports.attributeLevers, payload),
})

/** Works on every kind of job in this process, until the queue is closed. */
export async function startWorkers(queue: Pick<JobQueue, 'work'>, ports: StepPorts): Promise<void> {
  const steps = stepsOf(ports)
  const work = <Name extends JobName>(name: Name) => {
    const step: JobHandler<Name> = steps[name]
    const { [name]: concurrency = 1 } = CONCURRENCY
    return queue.work(
      name,
      (payload, context) => {
        const ids = { job: name, jobId: context.id, ...planVersionOf(payload) }
        return about(ids, () => step(payload, context))
      },
      { concurrency },
    )
  }
  await Promise.all(JOB_NAMES.map((name) => work(name)))
}
