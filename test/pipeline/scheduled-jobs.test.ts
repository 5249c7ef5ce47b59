import { expect, it } from 'vitest'
import type { JobRequest } from '../../services/deferred/index.ts'
import { finish } from '../../services/domain/steps.ts'
import { memoryArchive, memorySeriesStore } from '../../services/grid/adapters/memory-store.ts'
import { gridReader } from '../../services/grid/index.ts'
import type { BatchPorts } from '../../services/pipeline/batch-desk.ts'
import { heedSchedulers } from '../../services/pipeline/heed-schedulers.ts'
import { replanJobs } from '../../services/pipeline/replan-jobs.ts'
import { type SubmitPorts, submitJobs } from '../../services/pipeline/submit-jobs.ts'
import { kubernetesJobs } from '../../services/schedulers/adapters/kubernetes-jobs.ts'
import { memoryJobs } from '../deferred/memory-jobs.ts'
import { annotated, kubernetesWorld, podWith } from '../schedulers/kubernetes-world.ts'
import { smallFleet, smallPoint } from '../support/small-fleet.ts'

const HOUR_MS = 3_600_000
/** Germany's climatology is cleanest at noon. */
const MIDNIGHT_MS = Date.parse('2026-06-01T00:00Z')
const PATH = '/apis/batch/v1/namespaces/train/jobs'

it('lets a suspended Job go at its planned hour, over HTTP, and reports what that was worth', async () => {
  let nowMs = MIDNIGHT_MS
  const cluster = await kubernetesWorld({ known: [PATH] })
  const ports: SubmitPorts & BatchPorts = {
    tenant: 'default',
    fleet: async () => smallFleet(),
    reader: gridReader({
      providers: [],
      measure: { signal: 'average', basis: 'lifecycle' },
      store: memorySeriesStore(),
      archive: memoryArchive(),
    }),
    plans: { current: async () => undefined },
    points: async () => new Map([['llama', [smallPoint]]]),
    gpuWatts: () => 700,
    jobs: memoryJobs(),
    nowMs: () => nowMs,
    pace: async (steps) => finish(steps),
    newId: () => 'unused',
    warn: (message) => expect.unreachable(message),
  }
  const steering = {
    schedulers: [
      kubernetesJobs(cluster.api, { id: 'k8s', region: 'eu-central', namespace: 'train' }),
    ],
    jobs: ports.jobs,
    promise: async (job: JobRequest) => {
      for await (const answer of submitJobs(ports, [job])) return answer
      throw new Error('no answer')
    },
    nowMs: () => nowMs,
    warn: ports.warn,
  }
  const marks = { deadline: '2026-06-02T00:00:00Z', hours: '2', 'slowest-ratio': '0.8' }
  cluster.put(`${PATH}/night`, {
    metadata: { uid: 'u-1', labels: {}, annotations: annotated(marks) },
    spec: { suspend: true, template: podWith(2) },
  })
  const suspended = () => cluster.objects.get(`${PATH}/night`)!.spec.suspend
  const look = async (hours: number) => {
    nowMs = MIDNIGHT_MS + hours * HOUR_MS
    await replanJobs(ports)
    await heedSchedulers(steering)
  }

  await look(0)
  expect(suspended()).toBe(true)
  const { placement } = (await ports.jobs.get('k8s.u-1'))!
  const startHour = (placement!.pieces[0]!.startMs - MIDNIGHT_MS) / HOUR_MS
  expect(startHour).toBeGreaterThan(6)
  await look(Math.floor(startHour) - 1)
  expect(suspended()).toBe(true)
  await look(startHour + 0.01)
  expect(suspended()).toBe(false)

  const job = cluster.objects.get(`${PATH}/night`)!
  const conditions = [{ type: 'Complete', status: 'True' }]
  cluster.put(`${PATH}/night`, { ...job, status: { conditions } })
  await look(startHour + 2)
  await look(startHour + 2.1)
  const { state, report } = (await ports.jobs.get('k8s.u-1'))!
  expect(state).toBe('done')
  expect(report!.savedRatio).toBeGreaterThan(0)
  await cluster.close()
})
