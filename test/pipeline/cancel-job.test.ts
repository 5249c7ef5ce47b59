import { expect, it, vi } from 'vitest'
import type { DeferredJob } from '../../services/deferred/index.ts'
import { memoryArchive, memorySeriesStore } from '../../services/grid/adapters/memory-store.ts'
import { gridReader } from '../../services/grid/index.ts'
import { cancelJob } from '../../services/pipeline/cancel-job.ts'
import { job } from '../batch/jobs.ts'
import { memoryJobs } from '../deferred/memory-jobs.ts'
import { smallFleet } from '../support/small-fleet.ts'

const HOUR_MS = 3_600_000
const START_MS = Date.parse('2026-06-01T00:00Z')
const PLACE = 'eu-central/H100'
const at = (hours: number) => START_MS + hours * HOUR_MS
const pieces = [{ startMs: at(10), endMs: at(14), level: 0 }]
const placement = {
  region: PLACE,
  pieces,
  reserve: [],
  safe: true,
  energyKwh: 4,
  carbonG: 1,
  costUsd: 0,
}
const kept: DeferredJob = {
  job: job({ id: 'night', earliestStartMs: START_MS, regions: [PLACE], interruptible: true }),
  state: 'waiting',
  submittedAtMs: START_MS,
  plannedAtMs: START_MS,
  progress: { workLeft: 4 },
  placement,
  ran: [],
}

async function world(hours: number) {
  const jobs = memoryJobs()
  await jobs.add([kept])
  const ports = {
    jobs,
    fleet: async () => smallFleet(),
    reader: gridReader({
      providers: [],
      measure: { signal: 'average', basis: 'lifecycle' },
      store: memorySeriesStore(),
      archive: memoryArchive(),
    }),
    nowMs: () => at(hours),
    warn: vi.fn(),
  }
  return { ports, jobs }
}

it('accounts for what a job did before it was cancelled, against running that much at once', async () => {
  const { ports, jobs } = await world(12)
  expect(await cancelJob(ports, 'night')).toBe(true)
  const { state, progress, ran, report } = (await jobs.get('night'))!
  expect({ state, left: progress.workLeft, ran: ran.length }).toEqual({
    state: 'cancelled',
    left: 2,
    ran: 1,
  })
  expect(report!.used.energyKwh).toBeCloseTo(report!.runNow.energyKwh, 9)
  expect(report!.savedRatio).toBeGreaterThan(0)
})

it('has nothing to account for before a job began, and ends a job once', async () => {
  const { ports, jobs } = await world(1)
  expect(await cancelJob(ports, 'night')).toBe(true)
  expect((await jobs.get('night'))!.report).toBeUndefined()
  expect(await cancelJob(ports, 'night')).toBe(false)
  expect(await cancelJob(ports, 'nobody')).toBe(false)
})

it('ends a job though its account cannot be made', async () => {
  const { ports, jobs } = await world(12)
  const fleet = () => Promise.reject(new Error('no fleet'))
  expect(await cancelJob({ ...ports, fleet }, 'night')).toBe(true)
  expect((await jobs.get('night'))!.state).toBe('cancelled')
  expect(ports.warn).toHaveBeenCalledOnce()
})
