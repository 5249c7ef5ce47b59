import { beforeAll, describe, expect, it } from 'vitest'
import { startCost } from '../../services/planning/bin-costs.ts'
import { couplingPrices } from '../../services/planning/coupling-prices.ts'
import {
  type Deadline,
  type LinearSolver,
  loadHighs,
  type PlanningProblem,
} from '../../services/planning/index.ts'
import { compileInstance } from '../../services/planning/instance.ts'
import { wholeWork } from '../../services/planning/time-batch.ts'
import { windowPrices } from '../../services/planning/window-prices.ts'
import { openWindows } from '../../services/planning/window-runner.ts'
import { windowShares } from '../../services/planning/window-shares.ts'
import { timeWork } from '../../services/planning/work-timing.ts'
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

/** As many looks at the clock as are allowed, and then none. */
const lateAfter = (looks: number) => {
  let seen = 0
  return { secondsLeft: () => (seen++ < looks ? 100 : 0) }
}

const timed = (of: PlanningProblem, deadline?: Deadline, by: LinearSolver = solver) => {
  const instance = compileInstance(of)
  const runner = openWindows(instance, by)
  try {
    return timeWork(instance, runner, by, deadline)
  } finally {
    runner.close()
  }
}

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0)

describe('timeWork', () => {
  // 1.2 x (120 W / 100 + 4 J) a token/s at 100 g/kWh, and a token/s needs a start of so much.
  const start = startCost(compileInstance(base), compileInstance(base).models[0]!, 1, 0)
  const marginal = (1.2 * 5.2 * 100) / 1000 + start / 100 / 2

  it('prices work at the cost of a token at the margin, and does all of it in its time', () => {
    expect(timed(base).workPrices).toHaveLength(0)
    const { workPrices, rates } = timed({ ...base, batch: [job] })
    expect(workPrices[0]! * HOUR).toBeCloseTo(marginal, 4)
    expect(rates[0]![0]).toBe(0)
    expect(rates[0]![3]).toBe(0)
    expect(rates[0]!.reduce((a, b) => a + b)).toBeCloseTo(200, 4)
  })

  it('does work where the grid is clean', () => {
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
    expect(timed(sunny).rates[0]![0]).toBeCloseTo(120, 4)
  })

  it('takes bins that no sample used where the work needs them', () => {
    const rates = Array.from({ length: 24 }, () => 50)
    const away = problem({
      count: 24,
      regions: [region('eu', rates), region('us', rates)],
      models: [
        model('chat', { demand: [{ origin: 'eu', tokensPerSecond: rates, regions: ['eu'] }] }),
      ],
      batch: [{ ...job, regions: ['us'] }],
    })
    expect(timed(away).rates[0]!.reduce((a, b) => a + b)).toBeCloseTo(200, 4)
    const { batch } = windowPrices(compileInstance(away), solver)!
    expect(batch[0]!.reduce((a, b) => a + b)).toBeCloseTo(200, 4)
  })

  it('prices starts where a peak needs one, no higher than they cost', () => {
    const peak = Array.from({ length: 12 }, (_, t) => (t === 6 ? 300 : 50))
    const one = problem({
      count: 12,
      regions: [
        region(
          'eu',
          peak.map(() => 100),
        ),
      ],
      models: [
        model('chat', { demand: [{ origin: 'eu', tokensPerSecond: peak, regions: ['eu'] }] }),
      ],
    })
    const [prices] = timed(one).startPrices
    const instance = compileInstance(one)
    const most = startCost(instance, instance.models[0]!, 6, 0)
    expect(Math.max(...prices!)).toBeCloseTo(most, 6)
  })

  it('leaves work at no price where there is no answer, or no time for one', () => {
    const unanswering: LinearSolver = {
      ...solver,
      solve: (model, limits) => ({ ...solver.solve(model, limits), status: 'unknown' }),
    }
    const of = { ...base, batch: [job] }
    const nothing = {
      workPrices: Float64Array.of(0),
      rates: [new Float64Array(4)],
      startPrices: [new Float64Array(4)],
    }
    expect(timed(of, undefined, unanswering)).toEqual(nothing)
    for (const looks of [0, 2, 4]) expect(timed(of, lateAfter(looks))).toEqual(nothing)
    expect(timed(of, lateAfter(9)).workPrices[0]! * HOUR).toBeCloseTo(marginal, 4)
  })
})

describe('windowShares', () => {
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
      freeGpuPrices: new Float64Array(2),
      workPrices: Float64Array.of(1),
      startPrices: [new Float64Array(4)],
    })
    expect([...none.workPrices]).toEqual([0])
    // One replica for an hour: 520 W x 1.2 at 100 g/kWh.
    expect(none.base + sum(windowShares(instance, none))).toBeCloseTo(62.4, 6)
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
