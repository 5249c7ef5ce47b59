import { actingSteps } from './acting-steps.ts'
import { batchPorts } from './batch-steps.ts'
import { planningSteps } from './planning-steps.ts'
import type { Service } from './service.ts'

/** What each step of the pipeline asks for, out of an open service. */
export const stepPorts = (service: Service) => ({
  ...planningSteps(service),
  ...actingSteps(service),
  replanJobs: batchPorts(service),
})
