import { describe, expect, it } from 'vitest'
import type { JobRequest } from '../../services/deferred/index.ts'
import { InvalidInput } from '../../services/domain/errors.ts'
import { memoryArchive, memorySeriesStore } from '../../services/grid/adapters/memory-store.ts'
import { gridReader } from '../../services/grid/index.ts'
import type { BatchPorts } from '../../services/pipeline/batch-desk.ts'
import { replanJobs } from '../../services/pipeline/replan-jobs.ts'
import { simulateJob } from '../../services/pipeline/simulate-job.ts'
import {
  type JobAnswer,
  type SubmitPorts,
  submitJobs,
} from '../../services/pipeline/submit-jobs.ts'
import type { StoredPlan } from '../../services/plans/index.ts'
import { memoryJobs } from '../deferred/memory-jobs.ts'
import { smallFleet, smallPoint } from '../support/small-fleet.ts'

const HOUR_MS = 3_600_000
/** Germany's climatology is cleanest at noon. */
const MORNING_MS = Date.parse('2026-06-01T00:00Z')
const measure = { signal: 'average', basis: 'lifecycle' } as const

function world(gpusUsed = 0) {
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

async function submit(ports: SubmitPorts, ...requests: (JobRequest | InvalidInput)[]) {
  const answers: JobAnswer[] = []
  for await (const answer of submitJobs(ports, requests)) answers.push(answer)
  return answers
}

const work = (change: Partial<JobRequest> = {}): JobRequest => ({
  id: 'night',
  deadlineMs: MORNING_MS + 24 * HOUR_MS,
  gpuHours: 4,
  regions: ['eu-central'],
  slowestRatio: 1,
  ...change,
})

describe('jobs that are handed in', () => {
  it('are promised and kept, with a name where they have none', async () => {
    const { ports, jobs } = world()
    const { id: _none, ...unnamed } = work()
    const [first, second] = await submit(ports, work(), unnamed)
    expect(first).toMatchObject({ id: 'night', status: 'feasible', placement: { safe: true } })
    expect(second).toMatchObject({ id: 'made-up', status: 'feasible' })
    expect(await jobs.get('night')).toMatchObject({ state: 'waiting', progress: { workLeft: 4 } })
    expect(await submit(ports, work())).toEqual([{ id: 'night', status: 'known' }])
  })

  it('take GPUs from each other and from what interactive traffic leaves', async () => {
    const { ports } = world(14)
    const all = work({ gpus: [2], gpuHours: 40, interruptible: false })
    expect((await submit(ports, all))[0]).toMatchObject({ status: 'feasible' })
    expect((await submit(ports, { ...all, id: 'b' }))[0]).toMatchObject({
      status: 'infeasible',
      limit: 'capacity',
    })
    expect((await submit(ports, work({ id: 'c', gpus: [4], gpuHours: 8 })))[0]).toMatchObject({
      limit: 'capacity',
    })
  })

  it('may be tokens of a model, on its best layout, more replicas where that helps', async () => {
    const { ports, jobs } = world()
    const tokens = {
      id: 't',
      deadlineMs: MORNING_MS + 20 * HOUR_MS,
      tokens: 720_000,
      model: 'llama',
    }
    expect((await submit(ports, tokens))[0]).toMatchObject({ status: 'feasible' })
    const { job } = (await jobs.get('t'))!
    expect(job.levels.map(({ gpus }) => gpus)).toEqual([2, 4, 8])
    expect(job.levels[0]!.workPerHour).toBe(360_000)
    expect(job.startHours).toBeCloseTo(120 / 3600)
  })

  it('take soft deadlines, budgets, sizes and waits as they are told', async () => {
    const { ports, jobs } = world()
    const told = work({
      lateGPerHour: 5,
      budgetUsd: 1e6,
      gpus: [1, 2],
      speedups: [1, 1.8],
      startMinutes: 30,
      checkpointMinutes: 6,
      wattsPerGpu: 400,
      gpu: 'H100',
      earliestStartMs: MORNING_MS + HOUR_MS,
    })
    await submit(ports, told)
    const { job } = (await jobs.get('night'))!
    expect(job).toMatchObject({ startHours: 0.5, checkpointHours: 0.1, budgetUsd: 1e6 })
    expect(job.deadline).toEqual({ kind: 'soft', atMs: told.deadlineMs, lateGPerHour: 5 })
    expect(job.levels[1]).toMatchObject({ gpus: 2, workPerHour: 1.8 })
    expect(job.earliestStartMs).toBe(MORNING_MS + HOUR_MS)
  })

  it.each([
    [work({ regions: ['mars'] }), '/regions/0'],
    [work({ gpus: [2, 1] }), '/gpus'],
    [work({ gpus: [1, 2], speedups: [1] }), '/speedups'],
    [work({ gpu: 'L4' }), '/gpu'],
    [work({ gpuHours: 1e5 }), '/gpuHours'],
    [work({ after: ['nobody'] }), '/after/0'],
    [work({ deadlineMs: 1e14 }), '/deadlineMs'],
    [work({ earliestStartMs: 1e14 }), '/earliestStartMs'],
    [{ deadlineMs: 1, tokens: 1e14, model: 'llama' }, '/tokens'],
    [{ deadlineMs: 1 }, '/gpuHours'],
    [work({ tokens: 1 }), '/gpuHours'],
    [{ deadlineMs: 1, tokens: 1 }, '/model'],
    [{ deadlineMs: 1, tokens: 1, model: 'nobody' }, '/model'],
    [new InvalidInput('no JSON', [{ path: '/', message: 'is no JSON' }]), '/'],
  ])('are refused with the place of the mistake: %j', async (request, path) => {
    const [answer] = await submit(world().ports, request)
    expect(answer).toMatchObject({ status: 'refused', issues: [{ path }] })
  })

  it('start after those they wait for, which may have ended', async () => {
    const { ports, jobs } = world()
    const [, second] = await submit(ports, work({ id: 'a' }), work({ id: 'b', after: ['a'] }))
    expect(second).toMatchObject({ status: 'feasible' })
    const [a, b] = await Promise.all(['a', 'b'].map((id) => jobs.get(id)))
    expect(b!.placement!.pieces[0]!.startMs).toBeGreaterThanOrEqual(
      a!.placement!.pieces.at(-1)!.endMs,
    )
    await jobs.cancel('a')
    expect((await submit(ports, work({ id: 'c', after: ['a'] })))[0]).toMatchObject({
      status: 'feasible',
    })
    expect((await submit(ports, work({ id: 'a' })))[0]).toEqual({ id: 'a', status: 'known' })
  })

  it('come by the hundred, in their order', async () => {
    const many = Array.from({ length: 600 }, (_, index) =>
      work({ id: `job-${index}`, gpuHours: 0.01, deadlineMs: MORNING_MS + 200 * HOUR_MS }),
    )
    const answers = await submit(world().ports, ...many)
    expect(answers.map(({ id }) => id)).toEqual(many.map(({ id }) => id))
  })

  it('stop at a fault that is not theirs', async () => {
    const { ports } = world()
    const broken = {
      ...ports,
      gpuWatts: () => {
        throw new TypeError('a bug')
      },
    }
    await expect(submit(broken, work())).rejects.toThrow(TypeError)
  })
})

describe('jobs that are planned anew', () => {
  it('begin, run as planned, end, and say what that was worth', async () => {
    const { ports, jobs, at } = world()
    expect(await replanJobs(ports)).toEqual({ jobs: 0 })
    await submit(ports, work({ startMinutes: 0 }))
    for (let hour = 1; hour <= 24 && (await jobs.active()).length > 0; hour++) {
      at(hour)
      await replanJobs(ports)
    }
    const ended = (await jobs.get('night'))!
    expect(ended.state).toBe('done')
    expect(ended.report!.used.energyKwh).toBeCloseTo(ended.report!.perfect.energyKwh, 1)
    expect(ended.report!.used.carbonG).toBeLessThanOrEqual(ended.report!.runNow.carbonG)
    expect(jobs.told.filter(({ type }) => type === 'batch.started')).toHaveLength(1)
  })

  it('heed what is reported, say once that they are late, and go on', async () => {
    const { ports, jobs, at } = world()
    await submit(ports, work({ gpuHours: 2 }))
    for (const hour of [10, 20, 24.5, 25]) {
      at(hour)
      await jobs.report('night', 2, MORNING_MS + hour * HOUR_MS)
      await replanJobs(ports)
    }
    const late = (await jobs.get('night'))!
    expect(late).toMatchObject({ state: 'missed', placement: { safe: false } })
    expect(jobs.told.filter(({ type }) => type === 'batch.missed')).toHaveLength(1)
  })

  it('are not done by being planned where only reports count', async () => {
    const { ports, jobs, at } = world()
    await submit(ports, work({ gpuHours: 2, reported: true, startMinutes: 0 }))
    for (const hour of [8, 16, 24]) {
      at(hour)
      await replanJobs(ports)
    }
    expect(await jobs.get('night')).toMatchObject({ progress: { workLeft: 2 } })
    await jobs.report('night', 0, MORNING_MS + 25 * HOUR_MS)
    at(26)
    await replanJobs(ports)
    const ended = (await jobs.get('night'))!
    expect(ended.state).toBe('done')
    expect(ended.ran.at(-1)!.endMs).toBeLessThanOrEqual(MORNING_MS + 25 * HOUR_MS)
  })

  it('wait while there are no GPUs, and tell when a new time is found', async () => {
    const { ports, jobs, at } = world()
    await submit(ports, work({ deadlineMs: MORNING_MS + 100 * HOUR_MS }))
    const none = world(16).ports
    at(1)
    await replanJobs({ ...ports, plans: none.plans })
    expect((await jobs.get('night'))!.placement).toBeUndefined()
    at(2)
    await replanJobs(ports)
    expect((await jobs.get('night'))!.placement).toBeDefined()
    expect(jobs.told.map(({ type }) => type)).toContain('batch.scheduled')
  })

  it('end without a report where nobody knows where they ran', async () => {
    const { ports, jobs } = world()
    await submit(ports, work())
    await jobs.report('night', 0, MORNING_MS)
    await replanJobs(ports)
    expect(await jobs.get('night')).toMatchObject({ state: 'done' })
    expect((await jobs.get('night'))!.report).toBeUndefined()
  })
})

describe('another deadline', () => {
  it('is promised or not, beside what all others hold, and nothing is kept', async () => {
    const { ports, jobs } = world()
    await submit(ports, work())
    const before = await jobs.get('night')
    const later = await simulateJob(ports, 'night', MORNING_MS + 48 * HOUR_MS)
    expect(later).toMatchObject({ id: 'night', status: 'feasible', placement: { safe: true } })
    const sooner = await simulateJob(ports, 'night', MORNING_MS + 2 * HOUR_MS)
    expect(sooner).toMatchObject({ status: 'infeasible', limit: 'deadline' })
    const { earliestDeadlineMs } = sooner as { earliestDeadlineMs: number }
    expect((await simulateJob(ports, 'night', earliestDeadlineMs)).status).toBe('feasible')
    expect(await jobs.get('night')).toEqual(before)
  })

  it('counts from how far the job has come', async () => {
    const { ports, jobs, at } = world()
    await submit(ports, work())
    const two = MORNING_MS + 2 * HOUR_MS
    await jobs.report('night', 1, MORNING_MS)
    expect((await simulateJob(ports, 'night', two)).status).toBe('feasible')
    at(1.5)
    expect((await simulateJob(ports, 'night', two)).status).toBe('infeasible')
  })

  it('waits for those the job comes after', async () => {
    const { ports } = world()
    await submit(ports, work(), work({ id: 'next', after: ['night'] }))
    const answer = await simulateJob(ports, 'next', MORNING_MS + 4 * HOUR_MS)
    expect(answer).toMatchObject({ status: 'infeasible' })
  })

  it('is asked of a job that is there, and not for ever', async () => {
    const { ports } = world()
    await submit(ports, work())
    await expect(simulateJob(ports, 'nobody', MORNING_MS)).rejects.toThrow('no job nobody')
    const far = simulateJob(ports, 'night', MORNING_MS + 90 * 24 * HOUR_MS)
    await expect(far).rejects.toThrow('/deadlineMs is more than 60 days ahead')
  })
})
