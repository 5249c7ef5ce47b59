import { beforeAll, describe, expect, it } from 'vitest'
import { batchPrices } from '../../services/planning/batch-prices.ts'
import { couplingPrices } from '../../services/planning/coupling-prices.ts'
import { type BatchWork, type LinearSolver, loadHighs } from '../../services/planning/index.ts'
import { compileInstance } from '../../services/planning/instance.ts'
import { wholeWork } from '../../services/planning/time-batch.ts'
import { openWindows } from '../../services/planning/window-runner.ts'
import { windowShare } from '../../services/planning/window-share.ts'
import { workAscent } from '../../services/planning/work-ascent.ts'
import { model, point, problem, region } from './problems.ts'

let solver: LinearSolver
beforeAll(async () => {
  solver = await loadHighs()
})

const HOUR = 3600
const job = {
  id: 'job',
  model: 'chat',
  tokens: 200 * HOUR,
  firstWindow: 1,
  deadlineWindow: 3,
  regions: ['eu'],
}
const chat = model('chat', {
  demand: [{ origin: 'eu', tokensPerSecond: [50, 50, 50, 50], regions: ['eu'] }],
})
const base = problem({
  count: 4,
  regions: [region('eu', [100, 100, 100, 100])],
  models: [chat],
})

describe('batchPrices', () => {
  it('is nothing without work, and the cost of a token at the margin with it', () => {
    expect(batchPrices(compileInstance(base), solver)).toHaveLength(0)
    const prices = batchPrices(compileInstance({ ...base, batch: [job] }), solver)!
    // 1.2 x (120 W / 100 + 4 J) a token/s at 100 g/kWh.
    expect(prices[0]! * HOUR).toBeCloseTo((1.2 * 5.2 * 100) / 1000, 6)
  })

  it('is the cost of the next best windows where the best cannot take all of a work', () => {
    const grid = Array.from({ length: 12 }, (_, t) => (t === 0 ? 10 : 100))
    const rates = grid.map(() => 50)
    const sunny = problem({
      count: 12,
      regions: [region('eu', grid)],
      models: [
        model('chat', { demand: [{ origin: 'eu', tokensPerSecond: rates, regions: ['eu'] }] }),
      ],
      batch: [{ ...job, tokens: 120 * HOUR, firstWindow: 0, deadlineWindow: 12 }],
    })
    const prices = batchPrices(compileInstance(sunny), solver)!
    expect(prices[0]! * HOUR).toBeCloseTo((1.2 * 5.2 * 100) / 1000, 6)
  })

  it('leaves an LP that is too large to others', () => {
    const rates = Array.from({ length: 12 }, () => 1)
    const ids = Array.from({ length: 40 }, (_, r) => `r${r}`)
    const demand = ids.map((origin, o) => ({
      origin,
      tokensPerSecond: rates,
      regions: ids.slice(0, o + 1),
    }))
    const wide = problem({
      count: 12,
      regions: ids.map((id) => region(id, rates)),
      models: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].map((id) => model(id, { demand })),
      batch: [{ ...job, model: 'a', regions: ids }],
    })
    expect(batchPrices(compileInstance(wide), solver)).toBeUndefined()
  })
})

describe('workAscent', () => {
  const priced = (batch: readonly BatchWork[]) => {
    const instance = compileInstance({ ...base, batch })
    const runner = openWindows(instance, solver)
    const prices = workAscent(instance, runner)
    runner.close()
    return prices
  }
  // 1.2 x (120 W / 100 + 4 J) a token/s at 100 g/kWh.
  const marginal = (1.2 * 5.2 * 100) / 1000

  it('is near the cost of a token at the margin', () => {
    const [price] = priced([job])
    expect(price! * HOUR).toBeGreaterThan(0.7 * marginal)
    expect(price! * HOUR).toBeLessThan(1.4 * marginal)
  })

  it('is nothing for work that no region can do, or that has no window', () => {
    expect([...priced([{ ...job, regions: [] }])]).toEqual([0])
    expect([...priced([{ ...job, deadlineWindow: 1 }])]).toEqual([0])
  })

  it('stays at the first look for work between two samples', () => {
    const rates = Array.from({ length: 96 }, () => 100)
    const long = problem({
      count: 96,
      regions: [region('eu', rates)],
      models: [
        model('chat', { demand: [{ origin: 'eu', tokensPerSecond: rates, regions: ['eu'] }] }),
      ],
      batch: [{ ...job, firstWindow: 0, deadlineWindow: 1 }],
    })
    const instance = compileInstance(long)
    const runner = openWindows(instance, solver)
    expect(workAscent(instance, runner)[0]! * HOUR).toBeCloseTo(marginal, 6)
    runner.close()
  })
})

describe('windowShare', () => {
  it('is the optimum where nothing is left to round and no price is needed', () => {
    const of = problem({
      count: 2,
      regions: [region('eu', [100, 100]), region('bare', [100, 100], { pools: [] })],
      models: [
        model('chat', {
          points: [point('p', { startJoules: 0 })],
          demand: [{ origin: 'eu', tokensPerSecond: [100, 0], regions: ['eu'] }],
        }),
      ],
      batch: [{ ...job, firstWindow: 0, deadlineWindow: 2, tokens: 0, regions: ['bare'] }],
    })
    const instance = compileInstance(of)
    const none = couplingPrices(instance, {
      fractions: [],
      batch: [],
      gpuPrices: new Float64Array(2),
      workPrices: Float64Array.of(1),
    })
    expect([...none.workPrices]).toEqual([0])
    // One replica for an hour: 520 W x 1.2 at 100 g/kWh.
    expect(none.base + windowShare(instance, none)).toBeCloseTo(62.4, 6)
  })
})

describe('wholeWork', () => {
  it('scales down what is too much, and adds what is missing where it costs least', () => {
    const instance = compileInstance({ ...base, batch: [job] })
    const rates = (...values: number[]) => [Float64Array.from(values)]
    const costs = rates(0, 2, 1, 0)
    expect([...wholeWork(instance, rates(0, 300, 100, 0), costs)[0]!]).toEqual([0, 150, 50, 0])
    expect([...wholeWork(instance, rates(0, 20, 0, 0), costs)[0]!]).toEqual([0, 20, 180, 0])
  })
})
