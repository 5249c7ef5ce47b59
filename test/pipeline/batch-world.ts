import type { JobRequest } from '../../services/deferred/index.ts'
import { finish } from '../../services/domain/steps.ts'
import { memoryArchive, memorySeriesStore } from '../../services/grid/adapters/memory-store.ts'
import { gridReader } from '../../services/grid/index.ts'
import type { BatchPorts } from '../../services/pipeline/batch-desk.ts'
import {
  type Asked,
  type JobAnswer,
  type SubmitPorts,
  submitJobs,
} from '../../services/pipeline/submit-jobs.ts'
import type { StoredPlan } from '../../services/plans/index.ts'
import { memoryJobs } from '../deferred/memory-jobs.ts'
import { smallFleet, smallPoint } from '../support/small-fleet.ts'

export const HOUR_MS = 3_600_000
/** Germany's climatology is cleanest at noon. */
export const MORNING_MS = Date.parse('2026-06-01T00:00Z')
const measure = { signal: 'average', basis: 'lifecycle' } as const

export function world(gpusUsed = 0) {
  let nowMs = MORNING_MS
  const jobs = memoryJobs()
  const windows = [{ startMs: MORNING_MS, endMs: MORNING_MS + 24 * HOUR_MS }]
  const replicas = gpusUsed / smallPoint.gpusPerReplica
  const assignments = ['eu-north', 'eu-central'].map((region) => ({
    window: 0,
    region,
    model: 'llama',
    pointId: smallPoint.id,
    replicas,
  }))
  const stray = { ...assignments[0], pointId: 'forgotten' }
  const plan = { windows, assignments: [...assignments, stray] }
  const ports: SubmitPorts & BatchPorts = {
    tenant: 'default',
    fleet: async () => smallFleet(),
    reader: gridReader({
      providers: [],
      measure,
      store: memorySeriesStore(),
      archive: memoryArchive(),
    }),
    plans: {
      current: async () =>
        gpusUsed > 0
          ? ({ outcome: { status: 'planned', plan } } as unknown as StoredPlan)
          : undefined,
    },
    points: async () => new Map([['llama', [smallPoint]]]),
    gpuWatts: () => 700,
    jobs,
    nowMs: () => nowMs,
    pace: async (steps) => finish(steps),
    newId: () => 'made-up',
    warn: () => undefined,
  }
  return {
    ports,
    jobs,
    at: (hours: number) => {
      nowMs = MORNING_MS + hours * HOUR_MS
    },
  }
}

export async function submit(ports: SubmitPorts, ...requests: Asked[]) {
  const answers: JobAnswer[] = []
  for await (const answer of submitJobs(ports, requests)) answers.push(answer)
  return answers
}

export const work = (change: Partial<JobRequest> = {}): JobRequest => ({
  id: 'night',
  deadlineMs: MORNING_MS + 24 * HOUR_MS,
  gpuHours: 4,
  regions: ['eu-central'],
  slowestRatio: 1,
  ...change,
})
