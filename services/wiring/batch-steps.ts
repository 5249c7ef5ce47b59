import { randomUUID } from 'node:crypto'
import type { BatchInbox } from '../api/index.ts'
import type { JobRequest } from '../deferred/index.ts'
import { catalogueGpu } from '../fitting/index.ts'
import { readerAtHand } from '../grid/index.ts'
import type { BatchPorts } from '../pipeline/batch-desk.ts'
import { cancelJob } from '../pipeline/cancel-job.ts'
import { simulateJob } from '../pipeline/simulate-job.ts'
import { type JobAnswer, submitJobs } from '../pipeline/submit-jobs.ts'
import { pace } from '../platform/pace.ts'
import type { Service } from './service.ts'

/** What planning deferrable jobs asks for, out of an open service. */
export function batchPorts({ tenant, fleetNow, reader, stores, nowMs, log }: Service): BatchPorts {
  return {
    tenant,
    fleet: fleetNow,
    reader,
    plans: stores.plans,
    points: async () => new Map((await stores.fits.all()).map((fit) => [fit.model, fit.points])),
    gpuWatts: (type) => catalogueGpu(type).tdpWatts,
    jobs: stores.jobs,
    nowMs,
    pace,
    warn: (message) => log.warn(message),
  }
}

/** Deferrable jobs as the API hands them in and shows them. */
export function batchInbox(service: Service): BatchInbox {
  const { stores, nowMs } = service
  const { jobs } = stores
  // Whoever hands a job in does not wait for a provider, which may hang, to be asked.
  const reader = readerAtHand(service.grid.board)
  const ports = { ...batchPorts(service), reader, newId: randomUUID }
  return {
    submit: (requests) => submitJobs(ports, requests),
    simulate: (id, deadlineMs) => simulateJob(ports, id, deadlineMs),
    get: (id) => jobs.get(id),
    list: (page) => jobs.list(page),
    cancel: (id) => cancelJob(ports, id),
    report: (id, workLeft) => jobs.report(id, workLeft, nowMs()),
  }
}

/** Hands one job in and has its answer. */
export function promiseOf(service: Service): (job: JobRequest) => Promise<JobAnswer> {
  const ports = { ...batchPorts(service), newId: randomUUID }
  return async (job) => {
    for await (const answer of submitJobs(ports, [job])) return answer
    throw new Error('a job was handed in and not answered')
  }
}
