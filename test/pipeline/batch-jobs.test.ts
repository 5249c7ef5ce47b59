import { describe, expect, it } from 'vitest'
import { InvalidInput } from '../../services/domain/errors.ts'
import { submitJobs } from '../../services/pipeline/submit-jobs.ts'
import { HOUR_MS, MORNING_MS, submit, work, world } from './batch-world.ts'

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

  it('run at sizes that there are GPUs for, and rest no promise on others', async () => {
    const { ports, jobs } = world()
    await submit(ports, work({ gpus: [2, 4, 4096] }), {
      id: 't',
      deadlineMs: MORNING_MS + 20 * HOUR_MS,
      tokens: 720_000,
      model: 'llama',
      maxReplicas: 256,
    })
    const sizes = async (id: string) => (await jobs.get(id))!.job.levels.map(({ gpus }) => gpus)
    expect(await sizes('night')).toEqual([2, 4])
    expect(await sizes('t')).toEqual([2, 4, 8, 16])
    const [tight] = await submit(
      ports,
      work({ id: 'tight', gpus: [2, 4096], gpuHours: 100, regions: ['eu-central'] }),
    )
    expect(tight).toMatchObject({ status: 'infeasible', limit: 'deadline' })
    expect(tight).toHaveProperty('earliestDeadlineMs')
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
    [work({ gpus: [4096] }), '/gpus/0'],
    [{ wrong: new InvalidInput('no JSON', [{ path: '/', message: 'is no JSON' }]) }, '/'],
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

  it('are never promised the same GPUs, however many come at once', async () => {
    const { ports, jobs } = world(14)
    const whole = { gpus: [2], gpuHours: 40, interruptible: false }
    const calls = ['a', 'b', 'c'].map((id) => submit(ports, work({ ...whole, id })))
    const answers = (await Promise.all(calls)).flat()
    expect(answers.map(({ status }) => status).sort()).toEqual([
      'feasible',
      'infeasible',
      'infeasible',
    ])
    expect(await jobs.active()).toHaveLength(1)
  })

  it('are answered while more is to come', async () => {
    const { ports } = world()
    let more = () => {}
    const waits = new Promise<void>((resolve) => {
      more = resolve
    })
    const answers = submitJobs(
      ports,
      (async function* () {
        yield work({ id: 'first' })
        await waits
        yield work({ id: 'second' })
      })(),
    )
    expect((await answers.next()).value).toMatchObject({ id: 'first', status: 'feasible' })
    more()
    expect((await answers.next()).value).toMatchObject({ id: 'second', status: 'feasible' })
    expect((await answers.next()).done).toBe(true)
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
