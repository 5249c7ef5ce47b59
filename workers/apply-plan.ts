import { type ApplyPlanPorts, applyPlan } from '../services/pipeline/apply-plan.ts'
import type { JobHandler } from '../services/queue/index.ts'

/** The queue's face of `services/pipeline/apply-plan.ts`. */
export const applyPlanJob =
  (ports: ApplyPlanPorts): JobHandler<'apply-plan'> =>
  (payload, { abort }) =>
    applyPlan(ports, payload, abort)
