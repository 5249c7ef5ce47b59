import type { BatchInbox } from '../../services/api/ports.ts'
import { memoryArchive, memorySeriesStore } from '../../services/grid/adapters/memory-store.ts'
import { gridReader } from '../../services/grid/index.ts'
import { simulateJob } from '../../services/pipeline/simulate-job.ts'
import { submitJobs } from '../../services/pipeline/submit-jobs.ts'
import { memoryJobs } from '../deferred/memory-jobs.ts'
import { smallFleet } from '../support/small-fleet.ts'

const measure = { signal: 'average', basis: 'lifecycle' } as const

/** Deferrable jobs of a small fleet, in memory. */
export function memoryBatch(nowMs: number): BatchInbox {
  const jobs = memoryJobs()
  const fleet = smallFleet()
  let made = 0
  const ports = {
    tenant: 'default',
    fleet: async () => fleet,
    reader: gridReader({
      providers: [],
      measure,
      store: memorySeriesStore(),
      archive: memoryArchive(),
    }),
    plans: { current: async () => undefined },
    points: async () => new Map(),
    gpuWatts: () => 700,
    jobs,
    nowMs: () => nowMs,
    newId: () => `made-${made++}`,
    warn: () => undefined,
  }
  return {
    submit: (asked) => submitJobs(ports, asked),
    simulate: (id, deadlineMs) => simulateJob(ports, id, deadlineMs),
    get: jobs.get,
    list: jobs.list,
    cancel: jobs.cancel,
    report: (id, workLeft) => jobs.report(id, workLeft, nowMs),
  }
}
