import type { BatchPorts } from '../services/pipeline/batch-desk.ts'
import { replanJobs } from '../services/pipeline/replan-jobs.ts'
import type { JobHandler } from '../services/queue/index.ts'

/** The queue's face of `services/pipeline/replan-jobs.ts`. */
export const replanJobsJob =
  (ports: BatchPorts): JobHandler<'replan-jobs'> =>
  () =>
    replanJobs(ports)
