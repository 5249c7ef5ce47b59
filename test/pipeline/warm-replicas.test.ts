import { describe, expect, it } from 'vitest'
import type { JobRequest } from '../../services/deferred/index.ts'
import { finish } from '../../services/domain/steps.ts'
import { windowsFrom } from '../../services/domain/window.ts'
import { memoryArchive, memorySeriesStore } from '../../services/grid/adapters/memory-store.ts'
import { gridReader } from '../../services/grid/index.ts'
import type { BatchPorts } from '../../services/pipeline/batch-desk.ts'
import { replanJobs } from '../../services/pipeline/replan-jobs.ts'
import { requestWidth } from '../../services/pipeline/request-width.ts'
import { type SubmitPorts, submitJobs } from '../../services/pipeline/submit-jobs.ts'
import { warmRoom } from '../../services/pipeline/warm-room.ts'
import type { Plan } from '../../services/planning/index.ts'
import type { StoredPlan } from '../../services/plans/index.ts'
import { memoryJobs } from '../deferred/memory-jobs.ts'
import { smallFleet, smallPoint } from '../support/small-fleet.ts'

const HOUR_MS = 3_600_000
const NOW_MS = Date.parse('2026-06-01T00:00Z')
const at = (hours: number) => NOW_MS + hours * HOUR_MS
const windows = windowsFrom(NOW_MS, HOUR_MS, 24)
const points = new Map([['llama', [smallPoint]]])
const measure = { signal: 'average', basis: 'lifecycle' } as const
const store = { store: memorySeriesStore(), archive: memoryArchive() }
const reader = gridReader({ providers: [], measure, ...store })
const warn = () => undefined

/** What the planner makes of the small fleet on Germany's and Sweden's climatology. */
const plan = {
  windows,
  assignments: windows.map((_, window) => ({
    window,
    region: 'eu-north',
    model: 'llama',
    pointId: smallPoint.id,
    replicas: 2,
    starts: window === 0 ? 2 : 0,
    tokensPerSecond: 150,
    batchTokensPerSecond: 0,
  })),
} as unknown as Plan

function world(plan: Plan, validForHours = 24) {
  let nowMs = NOW_MS
  let current: Plan = plan
  const jobs = memoryJobs()
  const ports: SubmitPorts & BatchPorts = {
    tenant: 'default',
    fleet: async () => smallFleet(),
    reader,
    plans: {
      current: async () =>
        ({
          validUntilMs: at(validForHours),
          outcome: { status: 'planned', plan: current },
        }) as unknown as StoredPlan,
    },
    points: async () => points,
    gpuWatts: () => 700,
    jobs,
    nowMs: () => nowMs,
    pace: async (steps) => finish(steps),
    newId: () => 'made-up',
    warn,
  }
  const move = (hours: number, to = current) => {
    nowMs = at(hours)
    current = to
  }
  const submit = async (change: Partial<JobRequest> = {}) => {
    const request: JobRequest = {
      id: 'summaries',
      model: 'llama',
      tokens: 360_000,
      deadlineMs: at(20),
      regions: ['eu-north'],
      reported: true,
      ...change,
    }
    for await (const answer of submitJobs(ports, [request])) return answer
    throw new Error('no answer')
  }
  return { ports, jobs, move, submit }
}

const without = (plan: Plan): Plan => ({ ...plan, assignments: [] })

describe('deferrable tokens and the interactive plan', () => {
  const room = (
    more: { spareReplicas?: number; of?: Plan; hours?: number; nowHours?: number } = {},
  ) =>
    warmRoom(
      {
        plan: more.of ?? plan,
        points,
        models: [{ id: 'llama', spareReplicas: more.spareReplicas ?? 0 }],
        nowMs: at(more.nowHours ?? 0),
      },
      'eu-north',
      'llama',
      at(more.hours ?? 5),
    )

  it('have what two replicas of 100 tokens/s leave beside 150 and a tenth, at the slope of power', () => {
    // (1200 - 240) W over 100 tokens/s.
    expect(room()).toEqual({
      workPerHour: expect.closeTo(30 * 3600, 3),
      kwhPerWork: expect.closeTo(9.6 / 3.6e6, 12),
    })
  })

  it('have nothing of spare replicas, of starting ones, of other plans or past the horizon', () => {
    const starting = plan.assignments.map((one) => ({ ...one, starts: 1 }))
    const stray = plan.assignments.map((one) => ({ ...one, pointId: 'forgotten' }))
    expect(room({ spareReplicas: 1 })).toBeUndefined()
    expect(room({ of: { ...plan, assignments: starting } })).toBeUndefined()
    expect(room({ of: { ...plan, assignments: stray } })).toBeUndefined()
    expect(room({ of: without(plan) })).toBeUndefined()
    expect(room({ hours: 24 })).toBeUndefined()
    expect(room({ hours: 30 })).toBeUndefined()
  })

  it('go on warm replicas: a third of the carbon of GPUs of their own, and no money', async () => {
    const warm = await world(plan).submit()
    const own = await world(without(plan)).submit()
    if (warm.status !== 'feasible' || own.status !== 'feasible') throw new Error('not promised')
    expect(warm.placement.pieces.every(({ level }) => level === undefined)).toBe(true)
    expect(warm.placement).toMatchObject({ safe: true, costUsd: 0 })
    // 360,000 tokens of 9.6 J at a PUE of 1.2 or less; alone 1,200 W for an hour and a start.
    expect(warm.placement.energyKwh).toBeGreaterThanOrEqual(0.96)
    expect(warm.placement.energyKwh).toBeLessThan(1.2)
    expect(warm.placement.carbonG).toBeLessThan(own.placement.carbonG)
  })

  it('are timed again on the next plan, and get GPUs of their own where it leaves nothing', async () => {
    const { ports, jobs, move, submit } = world(plan)
    await submit()
    move(1, without(plan))
    await replanJobs(ports)
    const { placement } = (await jobs.get('summaries'))!
    expect(placement).toMatchObject({ safe: true })
    expect(placement!.pieces.every(({ warm }) => warm === undefined)).toBe(true)
  })

  it('are done by what is reported alone, and counted with their marginal carbon', async () => {
    const { ports, jobs, move, submit } = world(plan)
    await submit()
    const { placement } = (await jobs.get('summaries'))!
    const endMs = placement!.pieces.at(-1)!.endMs
    move((endMs - NOW_MS) / HOUR_MS)
    await jobs.report('summaries', 0, endMs)
    await replanJobs(ports)
    const ended = (await jobs.get('summaries'))!
    expect(ended.state).toBe('done')
    expect(ended.report!.used.energyKwh).toBeCloseTo(placement!.energyKwh)
    expect(ended.report!.used.carbonG).toBeLessThan(ended.report!.runNow.carbonG)
  })

  it('are not on replicas of a plan that has run out, nor where nobody reports', async () => {
    const late = world(plan, -1)
    await late.submit()
    const silent = world(plan)
    await silent.submit({ reported: false })
    for (const { jobs } of [late, silent]) {
      const { placement } = (await jobs.get('summaries'))!
      expect(placement!.pieces.every(({ warm }) => warm === undefined)).toBe(true)
    }
  })

  it('are sent as many at once as the GPUs that would bring as much', async () => {
    const { jobs, submit } = world(plan)
    await submit({ deadlineMs: at(30) })
    const found = (await jobs.get('summaries'))!
    const [piece] = found.placement!.pieces
    const endpoint = { model: 'llama', region: 'eu-north', requestsPerGpu: 21 }
    const width = requestWidth(
      { model: 'llama' },
      found,
      new Set(),
      [endpoint] as never,
      piece!.startMs,
    )
    // 30 of the 100 tokens/s that two GPUs bring.
    expect(width).toMatchObject({ may: 'run', atOnce: 12 })
  })
})
