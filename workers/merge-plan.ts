import { type MergePlanPorts, mergePlan } from '../services/pipeline/merge-plan.ts'
import type { JobHandler } from '../services/queue/index.ts'

/** The queue's face of `services/pipeline/merge-plan.ts`. */
export const mergePlanJob =
  (ports: MergePlanPorts): JobHandler<'merge-plan'> =>
  (payload) =>
    mergePlan(ports, payload)
