import { type SolvePlanPorts, solvePlan } from '../services/pipeline/solve-plan.ts'
import type { JobHandler } from '../services/queue/index.ts'

/** The queue's face of `services/pipeline/solve-plan.ts`. */
export const solvePlanJob =
  (ports: SolvePlanPorts): JobHandler<'solve-plan'> =>
  (payload) =>
    solvePlan(ports, payload)
