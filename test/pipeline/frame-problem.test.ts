import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { windowsFrom } from '../../services/domain/window.ts'
import type { OperatingPoint } from '../../services/fitting/index.ts'
import { parseFleet } from '../../services/fleet/index.ts'
import type { WindowForecast } from '../../services/forecast/index.ts'
import { type Findings, frameProblem } from '../../services/pipeline/frame-problem.ts'

const SMALL = readFileSync('test/fixtures/fleet/small.yaml', 'utf8')
const HOUR_MS = 3_600_000
const windows = windowsFrom(Date.parse('2021-09-15T20:00Z'), HOUR_MS, 6)

function point(id: string, ttftP95Ms: number, gpu = 'H100', gpusPerReplica = 1): OperatingPoint {
  return {
    id,
    variant: {
      gpu,
      tensorParallel: gpusPerReplica,
      pipelineParallel: 1,
      dataParallel: 1,
      expertParallel: false,
      precision: 'bf16',
      maxBatch: 8,
    },
    gpusPerReplica,
    capacityTokensPerSecond: 100,
    ttftP95Ms,
    tpotP95Ms: 20,
    idleWatts: 100,
    busyWatts: 300,
    startSeconds: 60,
    startJoules: 6000,
    logSdJoulesPerToken: 0.1,
    runs: 3,
  }
}

const forecast = (carbonGPerKwh: number): WindowForecast[] =>
  windows.map(() => ({
    carbonGPerKwh,
    lowGPerKwh: carbonGPerKwh - 1,
    highGPerKwh: carbonGPerKwh + 1,
    quality: 'forecast',
    source: 'test',
  }))

function findings(
  edits: readonly (readonly [string, string])[],
  more: Partial<Findings> = {},
): Findings {
  const text = edits.reduce((changed, [from, to]) => changed.replace(from, to), SMALL)
  return {
    fleet: parseFleet(text, { fileName: 'small.yaml' }),
    windows,
    carbonByZone: new Map([
      ['DE', forecast(400)],
      ['SE', forecast(40)],
    ]),
    pointsByModel: new Map([['chat', [point('one', 300)]]]),
    demandByModel: new Map([['chat', [windows.map(() => 550)]]]),
    idleWattsByGpu: new Map([['H100', 70]]),
    ...more,
  }
}

const regionsServing = (edits: [string, string][], more: Partial<Findings> = {}) =>
  frameProblem(findings(edits, more)).models[0]!.demand[0]!.regions

test('joins fleet, carbon, points and demand', () => {
  const { regions, models, running, batch, seed } = frameProblem(findings([]))
  expect(regions.map(({ id, zone, carbonGPerKwh }) => [id, zone, carbonGPerKwh[5]])).toEqual([
    ['a', 'DE', 400],
    ['b', 'SE', 40],
  ])
  expect(regions[0]).toMatchObject({
    carbonLowGPerKwh: windows.map(() => 399),
    carbonHighGPerKwh: windows.map(() => 401),
    carbonQuality: windows.map(() => 'forecast'),
    pools: [{ gpu: 'H100', count: 16, parkedWatts: 70, priceUsdPerHour: 0 }],
  })
  expect(models[0]).toMatchObject({ id: 'chat', minReplicas: 1, spareReplicas: 0 })
  expect(models[0]?.demand).toEqual([
    { origin: 'europe', tokensPerSecond: windows.map(() => 550), regions: ['a', 'b'], farther: [] },
  ])
  expect({ running, batch, seed }).toEqual({ running: [], batch: [], seed: 1 })
})

test('takes the lower quantile of traffic and the price of a change along, where there are any', () => {
  const low = new Map([['chat', [windows.map(() => 300)]]])
  const edits: [string, string][] = [['name: small', 'name: small\npolicy: { changeGPerGpu: 3 }']]
  const { models, policy } = frameProblem(findings(edits, { lowDemandByModel: low }))
  expect(models[0]!.demand[0]!.lowTokensPerSecond).toEqual(windows.map(() => 300))
  expect(policy.changeGPerGpu).toBe(3)
  expect(frameProblem(findings([])).policy.changeGPerGpu).toBeUndefined()
})

test('what the fleet says of a GPU goes before the catalogue', () => {
  const edits: [string, string][] = [
    ['count: 16', 'count: 16, parkedWatts: 55, embodiedGPerHour: 9'],
  ]
  const [pool] = frameProblem(findings(edits)).regions[0]!.pools
  expect(pool).toMatchObject({ parkedWatts: 55, embodiedGPerHour: 9 })
})

describe('a region may serve an origin', () => {
  test('only where it says its latency', () => {
    expect(regionsServing([['latencyMs: { europe: 20 }', 'latencyMs: {}']])).toEqual(['a'])
  })

  test('only where residency allows', () => {
    expect(regionsServing([['minReplicas: 1', 'residency: { regions: [b] }']])).toEqual(['b'])
  })

  test('only while network and first token keep the promise together', () => {
    const points = (ttftMs: number) => ({
      pointsByModel: new Map([['chat', [point('p', ttftMs)]]]),
    })
    expect(regionsServing([], points(1_980))).toEqual(['a', 'b'])
    expect(regionsServing([], points(1_985))).toEqual(['a'])
    expect(regionsServing([], points(1_995))).toEqual([])
  })

  test('or else it is told which promise would open it', () => {
    const pointsByModel = new Map([['chat', [point('p', 1_985)]]])
    const fartherOf = (edits: [string, string][]) =>
      frameProblem(findings(edits, { pointsByModel })).models[0]!.demand[0]!.farther
    expect(fartherOf([])).toEqual([{ region: 'b', ttftP95Ms: 2_005 }])
    expect(fartherOf([['minReplicas: 1', 'residency: { regions: [a] }']])).toEqual([])
  })

  test('only with GPUs for a whole replica', () => {
    const points = (...list: OperatingPoint[]) => ({ pointsByModel: new Map([['chat', list]]) })
    expect(regionsServing([], points(point('large', 300, 'H100', 16)))).toEqual(['a'])
    expect(regionsServing([], points(point('other', 300, 'B200')))).toEqual([])
    // A layout that cannot run there has no say in how slow the region is.
    const slowElsewhere = points(point('quick', 300), point('slow', 1_985, 'H100', 16))
    expect(regionsServing([], slowElsewhere)).toEqual(['a', 'b'])
  })
})

test('layouts that miss the objective are told apart, and cut no region off', () => {
  const slow = point('slow', 2_500)
  const model = (list: OperatingPoint[]) =>
    frameProblem(findings([], { pointsByModel: new Map([['chat', list]]) })).models[0]!
  expect(model([slow])).toMatchObject({
    points: [],
    tooSlow: [slow],
    objective: { ttftP95Ms: 2000, tpotP95Ms: 50 },
    demand: [{ regions: ['a', 'b'] }],
  })
  expect(model([point('quick', 300), slow])).toMatchObject({ points: [{ id: 'quick' }] })
})

describe('policy', () => {
  const policyOf = (policy: string, more: Partial<Findings> = {}) =>
    frameProblem(findings([['name: small', `name: small\npolicy: ${policy}`]], more)).policy

  test('speaks in windows and grams', () => {
    expect(
      policyOf(`{ objective: cost, budgetKgPerDay: 2, maxChangedGpusPerWindow: 8, minDwellMinutes: 61,
        pinned: [{ model: chat, variant: one }, { model: chat, region: a, variant: two }] }`),
    ).toMatchObject({
      objective: 'cost',
      carbonBudgetGPerDay: 2000,
      maxChangedGpusPerWindow: 8,
      minDwellWindows: 2,
      pinned: [
        { model: 'chat', pointId: 'one' },
        { model: 'chat', region: 'a', pointId: 'two' },
      ],
    })
  })

  test('quiet hours are read on the local clock, past midnight too', () => {
    const berlin = policyOf(
      '{ quietHours: [{ from: "23:00", to: "01:00", timezone: Europe/Berlin }] }',
    )
    expect(berlin.quietWindows).toEqual([1, 2])
    expect(policyOf('{ quietHours: [{ from: "20:00", to: "21:00" }] }').quietWindows).toEqual([0])
    expect(policyOf('{}').quietWindows).toEqual([])
  })

  test('first starts are free only while nobody knows what runs', () => {
    expect(policyOf('{}').freeFirstStarts).toBe(true)
    const running = [{ region: 'a', model: 'chat', pointId: 'one', replicas: 2 }]
    expect(policyOf('{}', { running }).freeFirstStarts).toBeUndefined()
    expect(frameProblem(findings([], { running })).running).toBe(running)
  })
})
