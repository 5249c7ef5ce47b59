import { beforeAll, describe, expect, test } from 'vitest'
import { blockBootstrap } from '../../services/backtest/bootstrap.ts'
import {
  type BacktestOutcome,
  ceilingOf,
  comparePolicies,
  hourlyCsv,
  htmlReport,
  intervalWords,
  liveSignalAdds,
  type PolicyResult,
  playedLevers,
  playPolicy,
  priceOfNotKnowing,
  runsCsv,
  VARIATIONS,
} from '../../services/backtest/index.ts'
import { loadHighs } from '../../services/planning/index.ts'
import { arenaOf, recordOf } from './playground.ts'

const arena = arenaOf()
const record = recordOf(8)
const IDS = ['static', 'peak', 'at-home', 'fixed-ranking', 'energy-only', 'gridtide', 'clairvoyant']
let results: PolicyResult[]
beforeAll(async () => {
  const solver = await loadHighs()
  results = IDS.map((policy) =>
    playPolicy({ policy, arena, tuning: [], reported: [record], seed: 1 }, solver),
  )
})

describe('confidence', () => {
  test('blocks that agree leave no doubt, those that differ do', () => {
    const same = blockBootstrap(
      [
        [100, 40],
        [200, 80],
      ],
      1,
    )
    expect(same.mean).toBeCloseTo(0.6, 9)
    expect(same.high - same.low).toBeCloseTo(0, 9)
    const wide = blockBootstrap(
      [
        [100, 40],
        [100, 90],
        [100, 60],
        [100, 20],
      ],
      1,
    )
    expect(wide.low).toBeLessThan(wide.mean)
    expect(wide.high).toBeGreaterThan(wide.mean)
    expect(blockBootstrap([[0, 0]], 1).mean).toBe(0)
  })
})

describe('comparison', () => {
  test('puts every policy beside the rule of thumb and the floors', () => {
    const compared = comparePolicies(results, 1)
    const of = (id: string) => compared.find(({ policy }) => policy === id)!
    expect(of('static').saving.mean).toBe(0)
    expect(of('gridtide').saving.mean).toBeGreaterThan(of('at-home').saving.mean)
    expect(of('clairvoyant').toClairvoyant).toBe(1)
    expect(of('gridtide').toBound).toBeGreaterThan(of('gridtide').toClairvoyant!)
    expect(of('gridtide').marginalG).toBeUndefined()
    expect(of('static').embodiedSaving).toBe(0)
    expect(of('gridtide').embodiedSaving).toBeGreaterThan(0)
  })

  test('takes runs as blocks where there are enough, and needs neither floor nor reference', () => {
    const many = results
      .filter(({ policy }) => policy === 'gridtide')
      .map((result) => ({ ...result, runs: Array.from({ length: 4 }, () => result.runs[0]!) }))
    const [alone] = comparePolicies(many, 1)
    expect(alone!.saving.mean).toBe(0)
    expect(alone!.toClairvoyant).toBeUndefined()
    const marginal = many.map((result) => ({
      ...result,
      runs: result.runs.map((run) => ({ ...run, marginalG: 10 })),
    }))
    const [counted] = comparePolicies(marginal, 1)
    expect(counted!.marginalG).toBe(40)
    expect(counted!.marginalSaving).toBe(0)
  })

  test('saves nothing where nothing was emitted', () => {
    const clean = results
      .filter(({ policy }) => policy === 'static')
      .map((result) => ({
        ...result,
        runs: result.runs.map((run) => ({ ...run, carbonG: 0, embodiedG: 0 })),
      }))
    expect(comparePolicies(clean, 1)[0]!.embodiedSaving).toBe(0)
  })

  test('levers add up to the whole saving, and say where nothing was played', () => {
    const compared = comparePolicies(results, 1)
    const levers = playedLevers(compared)
    const steps = levers.filter(({ lever }) => !lever.startsWith('control'))
    const sum = steps.reduce((all, { ofStatic = 0 }) => all + ofStatic, 0)
    expect(sum).toBeCloseTo(compared.find(({ policy }) => policy === 'gridtide')!.saving.mean, 9)
    expect(levers.find(({ lever }) => lever === 'power-cap')!.carbonG).toBeUndefined()
    expect(Math.abs(liveSignalAdds(compared)!)).toBeLessThan(0.2)
    expect(liveSignalAdds([])).toBeUndefined()
    const broken = (id: string) =>
      compared.map((one) => (one.policy === id ? { ...one, counts: false } : one))
    expect(liveSignalAdds(broken('gridtide'))).toBeUndefined()
    expect(liveSignalAdds(broken('fixed-ranking'))).toBeUndefined()
    expect(playedLevers([]).every(({ ofStatic }) => ofStatic === undefined)).toBe(true)
    const few = compared.filter(({ policy }) => ['static', 'gridtide'].includes(policy))
    const geo = playedLevers(few).find(({ lever }) => lever === 'geo-shift')!
    expect(geo.ofStatic).toBeUndefined()
    expect(geo.words).toContain('not told apart')
  })
})

describe('variations', () => {
  const named = (name: string) => VARIATIONS.find((variation) => variation.name === name)!

  test('change one assumption each', () => {
    const [point] = arena.problem.models[0]!.points
    const idle = named('idle watts +30 %').problem!(arena.problem).models[0]!.points[0]!
    expect(idle.idleWatts).toBeCloseTo(1.3 * point!.idleWatts, 9)
    const slow = named('start-up x3').problem!(arena.problem).models[0]!.points[0]!
    expect(slow.startSeconds).toBe(360)
    expect(named('PUE 1.5 everywhere').problem!(arena.problem).regions[0]!.pue).toBe(1.5)
    expect(named('PUE 1.05 everywhere').problem!(arena.problem).regions[0]!.pue).toBe(1.05)
    expect(named('all reserved').problem!(arena.problem).regions[1]!.ownership).toBe('reserved')
    expect(named('all releasable').problem!(arena.problem).regions[1]!.ownership).toBe('releasable')
  })

  test('a perfect forecast is what came, twice the error is twice as far from it', () => {
    const perfect = named('perfect carbon forecast').record!(record)
    const hour = 195
    expect(perfect.expected[0]![hour * 2]).toBe(record.actual[0]![hour * 4])
    const worse = named('carbon forecast error x2').record!(record)
    expect(worse.expected[0]![hour * 2]).toBeCloseTo(1.1 * record.actual[0]![hour * 4]!, 6)
  })
})

describe('reports', () => {
  const outcome = (over: Partial<BacktestOutcome> = {}): BacktestOutcome => {
    const compared = comparePolicies(results, 1)
    return {
      fleet: '<b>small</b>',
      from: '2021-09-13',
      to: '2021-09-14',
      seed: 1,
      signal: 'average',
      basis: 'lifecycle',
      compared,
      ceiling: ceilingOf(compared)!,
      priceOfNotKnowing: priceOfNotKnowing([record]),
      levers: playedLevers(compared),
      deferrable: [],
      liveSignalAdds: 0.01,
      regions: [{ id: 'dirty', zone: 'PL', hourlyG: [700, 650] }],
      hourlyTokensPerSecond: [1000, 1200],
      sensitivity: [
        { name: 'as assumed', saving: { gridtide: 0.5 }, broken: [] },
        { name: 'worse', saving: { gridtide: 0.4 }, broken: ['gridtide'] },
      ],
      results,
      ...over,
    }
  }

  test('one page without scripts or addresses, with every policy and every assumption', () => {
    const html = htmlReport(outcome())
    for (const id of IDS) expect(html).toContain(id)
    expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3)|<b>small/)
    expect(html).toContain('Assumptions')
    expect(html).toContain('@media print')
    expect(html).toContain('1.00 % to a ranking')
    expect(html).toContain('<td>50.0 %</td>')
    expect(html).toContain('<td>40.0 % (breaks a promise)</td>')
  })

  test('says which policies do not count, and shows marginal carbon where there is some', () => {
    const compared = comparePolicies(results, 1).map((row) => ({
      ...row,
      counts: false,
      marginalG: 5,
      marginalSaving: 0.25,
    }))
    const [{ marginalG: _, marginalSaving: ___, toBound: __, ...bare }, ...others] = compared as [
      (typeof compared)[0],
      ...typeof compared,
    ]
    const html = htmlReport(outcome({ compared: [bare, ...others], sensitivity: [] }))
    expect(html).toContain('do not count')
    expect(html).toContain('marginal kg')
    expect(html).not.toContain('How much hangs on what')
  })

  test('says what anybody could have gained, and all work in one total', () => {
    const html = htmlReport(outcome())
    expect(html).toMatch(/Strongest peer that counts: .+ Gridtide emits/)
    expect(html).toContain('Capacity-hours over traffic')
    const { ceiling, ...bare } = outcome()
    expect(htmlReport(bare)).not.toContain('Strongest peer')
    const { gridtideLess: _, ...withoutUs } = ceiling!
    expect(htmlReport(outcome({ ceiling: withoutUs }))).not.toContain('Gridtide emits')
    const wholeWorkload = {
      gridtideG: 60_000,
      peersG: 80_000,
      interactivePeer: 'casper',
      deferrablePeer: 'gaia',
      peerLateJobs: 7,
      staticG: 120_000,
      deferrableShare: 0.25,
    }
    const whole = htmlReport(outcome({ wholeWorkload }))
    expect(whole).toContain('80.0 kg. 25.0 % less, and 50.0 % less than static')
  })

  test('has a table of deferrable work where some was played', () => {
    expect(htmlReport(outcome())).not.toContain('Deferrable work')
    const rule = { policy: 'gaia', title: 'a "rule"', source: 'x', jobs: 3, lateJobs: 1 }
    const kind = 'peer' as const
    const played = {
      ...rule,
      kind,
      energyKwh: 1,
      carbonG: 2000,
      saving: 0.125,
      meanDelayHours: 4.25,
    }
    const html = htmlReport(outcome({ deferrable: [played] }))
    expect(html).toContain('<td>2.0</td><td>12.5 %</td><td>1 of 3</td><td>4.3</td>')
  })

  test('does without our own policy, a control, or any result', () => {
    const { liveSignalAdds: _, ...rest } = outcome()
    const lone = { ...rest, results: results.slice(0, 1) }
    expect(htmlReport(lone)).toContain('Plan of static')
    expect(htmlReport({ ...rest, results: [] })).toContain('Plan of nobody')
    const hollow = { ...results[0]!, runs: [{ ...results[0]!.runs[0]!, hourly: [] }] }
    expect(htmlReport({ ...rest, results: [hollow] })).toContain('Plan of static')
  })

  test('CSV rows add up to the run', () => {
    const [run] = results[0]!.runs
    const rows = hourlyCsv(arena, results[0]!).trim().split('\n').slice(1)
    expect(rows).toHaveLength(16)
    const carbonG = rows.reduce((sum, row) => sum + Number(row.split(',')[6]), 0)
    expect(carbonG).toBeCloseTo(run!.carbonG, 6)
    const idle = { ...run!, hourly: [{ energyKwh: [0], carbonG: [0], tokens: [0] }] }
    expect(hourlyCsv(arena, { ...results[0]!, runs: [idle] })).toContain('PL,0,,0,0')
    const knobs = { ...results[0]!.knobs, guardUse: 0.95 }
    const withMarginal = [
      { ...results[0]!, knobs, runs: [{ ...run!, marginalG: 1000 }] },
      results[1]!,
    ]
    const [head, first] = runsCsv(withMarginal).trim().split('\n')
    expect(first!.split(',')).toHaveLength(head!.split(',').length)
    expect(first).toContain('0.95')
  })
})

test('one block alone has no interval', () => {
  expect(intervalWords({ mean: 0.4, low: 0.4, high: 0.4 })).toBe('')
  expect(intervalWords({ mean: 0.4, low: 0.38, high: 0.421 })).toBe('38.0 % to 42.1 %')
})
