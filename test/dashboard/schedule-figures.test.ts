import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { carbonRateAt } from '../../services/dashboard/src/figures/carbon-rate.ts'
import { fanOf } from '../../services/dashboard/src/figures/fan.ts'
import { mergeSpans } from '../../services/dashboard/src/figures/merge-spans.ts'
import { nextChanges } from '../../services/dashboard/src/figures/next-changes.ts'
import { placeLabels } from '../../services/dashboard/src/figures/place-labels.ts'
import {
  hoursOf,
  loadOf,
  type Schedule,
  scheduleOf,
  windowAt,
} from '../../services/dashboard/src/figures/schedule.ts'
import { cumulated, layersOf } from '../../services/dashboard/src/figures/stack.ts'
import { variantParts, variantWords } from '../../services/dashboard/src/figures/variant.ts'
import { asItIs, simulationOf } from '../../services/dashboard/src/figures/what-if.ts'
import { gpusPerReplica, variantId } from '../../services/domain/variant.ts'
import { anInfeasiblePlan, aPlan, NOW_MS } from '../api/memory-ports.ts'

const HOUR_MS = 3_600_000
const schedule = scheduleOf(aPlan(1, 3, 4) as never)!

describe('a variant id', () => {
  it('is read back as it was written', () => {
    const degree = fc.integer({ min: 1, max: 16 })
    const variant = fc.record({
      gpu: fc.constantFrom('H100', 'A100-80GB', 'MI300X'),
      tensorParallel: degree,
      pipelineParallel: degree,
      dataParallel: degree,
      expertParallel: fc.boolean(),
      precision: fc.constantFrom('fp8' as const, 'bf16' as const),
      maxBatch: fc.integer({ min: 1, max: 512 }),
    })
    fc.assert(
      fc.property(variant, (one) => {
        const parts = variantParts(variantId(one))
        expect(parts).toMatchObject({ gpu: one.gpu, tensorParallel: one.tensorParallel })
        expect(parts.gpusPerReplica).toBe(gpusPerReplica(one))
      }),
    )
  })

  it('is said in words', () => {
    expect(variantWords('H100-tp4-pp2-fp8-b64')).toBe('8 x H100, TP4 PP2')
    expect(variantWords('H200-tp1-pp1-dp2-ep-bf16-b8')).toBe('2 x H200, TP1 DP2')
    expect(variantWords('odd')).toBe('1 x odd, TP1')
  })
})

it('says what runs in a window', () => {
  expect(windowAt(schedule, NOW_MS + HOUR_MS)).toBe(1)
  expect(windowAt(schedule, NOW_MS + 4 * HOUR_MS)).toBe(-1)
  expect(hoursOf(schedule)).toBe(4)
  expect(hoursOf({ ...schedule, windows: [] })).toBe(0)
  expect(loadOf(schedule, 0)).toMatchObject({ gpus: 6, replicas: 3, tokensPerSecond: 900 })
  expect(loadOf(schedule, 0, 'elsewhere').gpus).toBe(0)
  expect(scheduleOf(anInfeasiblePlan(1) as never)).toBeUndefined()
})

it('says what is emitted an hour in a window, and what the rule of thumb would emit', () => {
  const figures = {
    version: 1,
    regions: [
      { id: 'a', carbonG: [100, 200, 300, 400] },
      { id: 'b', carbonG: [1, 2, 3, 4] },
    ],
    baselineCarbonG: [500, 600, 700, 800],
    variants: [],
  }
  expect(carbonRateAt(schedule, figures, NOW_MS + HOUR_MS)).toEqual({
    plannedGPerHour: 202,
    baselineGPerHour: 600,
  })
  expect(carbonRateAt(schedule, figures, NOW_MS - 1)).toBeUndefined()
})

it('finds the moments at which replicas change', () => {
  const [first] = schedule.assignments
  const changing: Schedule = {
    ...schedule,
    assignments: [
      { ...first!, window: 0, replicas: 2 },
      { ...first!, window: 1, replicas: 2 },
      { ...first!, window: 2, replicas: 5 },
      { ...first!, window: 3, region: 'eu-west', replicas: 1 },
    ],
  }
  const moments = nextChanges(changing, NOW_MS, 5)
  expect(moments.map(({ atMs }) => atMs)).toEqual([NOW_MS + 2 * HOUR_MS, NOW_MS + 3 * HOUR_MS])
  expect(moments[0]!.changes).toMatchObject([{ before: 2, after: 5 }])
  expect(moments[1]!.changes).toMatchObject([
    { region: 'eu-north', before: 5, after: 0 },
    { region: 'eu-west', before: 0, after: 1 },
  ])
  expect(nextChanges(changing, NOW_MS, 1)).toHaveLength(1)
  expect(nextChanges(schedule, NOW_MS, 5)).toEqual([])
})

it('joins windows that follow one another into one span', () => {
  const change = (hour: number, replicasAfter: number) => ({
    startMs: hour * HOUR_MS,
    endMs: (hour + 1) * HOUR_MS,
    region: 'r',
    model: 'm',
    pointId: 'p',
    replicasBefore: 1,
    replicasAfter,
    words: 'as the load wants it',
  })
  const merged = mergeSpans([change(0, 2), change(1, 2), change(2, 3), change(4, 2)])
  expect(
    merged.map(({ startMs, endMs, replicasAfter }) => [startMs, endMs, replicasAfter]),
  ).toEqual([
    [0, 2 * HOUR_MS, 2],
    [2 * HOUR_MS, 3 * HOUR_MS, 3],
    [4 * HOUR_MS, 5 * HOUR_MS, 2],
  ])
})

it('stacks the largest layers and puts the rest together, losing nothing', () => {
  const assignments = schedule.windows.flatMap((_, window) =>
    Array.from({ length: 12 }, (_, model) => ({
      ...schedule.assignments[0]!,
      window,
      model: `m${model}`,
      replicas: model + 1,
    })),
  )
  const of = ({ model, replicas }: { model: string; replicas: number }) => ({
    name: model,
    value: replicas,
  })
  const layers = layersOf({ ...schedule, assignments }, of, 4, (count) => `${count} others`)
  expect(layers.map(({ name }) => name)).toEqual(['m11', 'm10', 'm9', '9 others'])
  expect(cumulated(layers).at(-1)).toEqual([78, 78, 78, 78])
  expect(layersOf({ ...schedule, assignments: [] }, of, 4, String)).toEqual([])
})

it('joins what was measured and what is forecast into lines of one length', () => {
  const slot = (hour: number) => ({
    startMs: hour * HOUR_MS,
    endMs: (hour + 1) * HOUR_MS,
    carbonGPerKwh: 100 + hour,
  })
  const forecast = (hour: number) => ({
    ...slot(hour),
    lowGPerKwh: 90,
    highGPerKwh: 120,
    quality: 'forecast',
    source: 's',
  })
  const fan = fanOf([slot(0), slot(1), slot(2)], [forecast(2), forecast(3)])
  expect(fan.timesMs).toEqual([0, 1, 2, 3, 4].map((hour) => hour * HOUR_MS))
  expect(fan.measured).toEqual([100, 101, 101, null, null])
  expect(fan.middle).toEqual([null, null, 102, 103, 103])
  expect(fan.low).toEqual([null, null, 90, 90, 90])
  expect(fanOf([], []).timesMs).toEqual([])
  expect(fanOf([slot(0)], []).measured).toEqual([100, 100])
})

it('never lays a label over a dot or another label, nor off the map', () => {
  const size = { width: 560, height: 330 }
  const spot = fc.record({
    x: fc.double({ min: 0, max: size.width, noNaN: true }),
    y: fc.double({ min: 0, max: size.height, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(spot, { maxLength: 20 }), (places) => {
      const spots = places.map((place, index) => {
        return { ...place, id: String(index), radius: 8, width: 90, height: 30 }
      })
      const boxes = [...placeLabels(spots, size).values()]
      for (const [index, { x, y }] of boxes.entries()) {
        expect(x >= 0 && y >= 0 && x + 90 <= size.width && y + 30 <= size.height).toBe(true)
        for (const other of boxes.slice(index + 1)) {
          expect(Math.abs(x - other.x) >= 90 || Math.abs(y - other.y) >= 30).toBe(true)
        }
      }
    }),
  )
})

it('asks for what was moved, and for nothing else', () => {
  const policy = {
    objective: 'carbon',
    carbonGPerUsd: 5,
    minDwellMinutes: 30,
    approval: 'automatic',
  } as const
  const model = {
    id: 'chat',
    workload: { inputTokens: 500, outputTokens: 200 },
    origins: ['eu'],
    slo: { ttftP95Ms: 1000, tpotP95Ms: 40 },
    minReplicas: 1,
    spareReplicas: 0,
  }
  const same = simulationOf(asItIs(policy), policy, [model], 24)
  expect(same).toEqual({
    policy,
    demandScale: 1,
    pueOverheadScale: 1,
    excludedRegions: [],
    horizonHours: 24,
  })
  const tighter = simulationOf({ ...asItIs(policy), sloScale: 0.5 }, policy, [model], 24)
  expect(tighter.models).toEqual([
    { id: 'chat', change: { slo: { ttftP95Ms: 500, tpotP95Ms: 20 } } },
  ])
})
