import { describe, expect, it } from 'vitest'
import { replanJobs } from '../../services/pipeline/replan-jobs.ts'
import { simulateJob } from '../../services/pipeline/simulate-job.ts'
import { HOUR_MS, MORNING_MS, submit, work, world } from './batch-world.ts'

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

  it('tell of another place or time, and only of that', async () => {
    const { ports, jobs } = world()
    await submit(ports, work())
    const { placement, progress, plannedAtMs } = (await jobs.get('night'))!
    const told = () => jobs.told.filter(({ type }) => type === 'batch.scheduled')
    await replanJobs(ports)
    const before = told().length
    await replanJobs(ports)
    expect(told()).toHaveLength(before)
    const elsewhere = { ...placement!, region: 'elsewhere' }
    const kept = { id: 'night', state: 'waiting', progress, plannedAtMs, ran: [] } as const
    await jobs.update([{ ...kept, placement: elsewhere }])
    await replanJobs(ports)
    expect(told()).toHaveLength(before + 1)
    expect(told().at(-1)!.data).toMatchObject({ region: placement!.region })
  })

  it('end without a report where nobody knows where they ran', async () => {
    const { ports, jobs } = world()
    await submit(ports, work())
    await jobs.report('night', 0, MORNING_MS)
    await replanJobs(ports)
    expect(await jobs.get('night')).toMatchObject({ state: 'done' })
    expect((await jobs.get('night'))!.report).toBeUndefined()
  })

  it('give others their turn on the way', async () => {
    const { ports } = world()
    const hundred = Array.from({ length: 100 }, (_, index) =>
      work({ id: `job-${index}`, gpuHours: 0.1, deadlineMs: MORNING_MS + 100 * HOUR_MS }),
    )
    await submit(ports, ...hundred)
    let pauses = 0
    const pace: typeof ports.pace = async (steps) => {
      for (let step = steps.next(); ; step = steps.next()) {
        if (step.done) return step.value
        pauses += 1
      }
    }
    expect(await replanJobs({ ...ports, pace })).toEqual({ jobs: 100 })
    expect(pauses).toBe(2)
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
