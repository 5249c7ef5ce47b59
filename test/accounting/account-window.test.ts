import { describe, expect, it } from 'vitest'
import { accountWindow } from '../../services/accounting/index.ts'
import type { Plan } from '../../services/planning/index.ts'
import { model, point, problem, region } from '../planning/problems.ts'

/** 2 x 100 W idle + 2 x 20 W host + (500 - 100) W x 150/200 load, an hour, PUE 1.2. */
const LOAD_WATTS = (400 / 100) * 150
const PLANNED_KWH = (1.2 * (2 * 120 + LOAD_WATTS)) / 1000

const two = problem({
  count: 2,
  regions: [
    region('eu', [300, 200]),
    region('us', [500, 500], { ownership: 'reserved', pools: [] }),
  ],
  models: [
    model('chat', {
      points: [point('p', { startJoules: 3_600_000 })],
      demand: [{ origin: 'eu', tokensPerSecond: [100, 150], regions: ['eu'] }],
    }),
  ],
  policy: { objective: 'carbon', carbonGPerUsd: 0, freeFirstStarts: true },
})
const settled = (carbonGPerKwh: number, spread = 0) => ({
  carbonGPerKwh,
  lowGPerKwh: carbonGPerKwh - spread,
  highGPerKwh: carbonGPerKwh + spread,
})
const assignment = { region: 'eu', model: 'chat', pointId: 'p', starts: 0, batchTokensPerSecond: 0 }
const plan = {
  assignments: [
    { ...assignment, window: 0, replicas: 1, tokensPerSecond: 100 },
    { ...assignment, window: 1, replicas: 2, tokensPerSecond: 120, batchTokensPerSecond: 30 },
  ],
} as unknown as Plan

describe('accountWindow', () => {
  it('settles a window at the intensity that came to be', () => {
    const account = accountWindow(two, plan, 1, new Map([['EU', settled(50)]]))
    expect(account.planned.energyKwh).toBeCloseTo(PLANNED_KWH, 9)
    expect(account.planned.carbonG).toBeCloseTo(50 * PLANNED_KWH, 6)
    expect(account.tokens).toBe(150 * 3600)
    expect(account.carbonGPerKwh).toEqual({ EU: 50, US: 500 })
  })

  it('compares with the static rule, sized on the whole horizon, at the same intensity', () => {
    const { baseline } = accountWindow(two, plan, 0, new Map([['EU', settled(50)]]))
    // ceil(1.2 x 150 / 100) replicas, carrying the first window's 100 tokens/s.
    const kwh = (1.2 * (2 * 120 + 400)) / 1000
    expect(baseline.energyKwh).toBeCloseTo(kwh, 9)
    expect(baseline.carbonG).toBeCloseTo(50 * kwh, 6)
  })

  it('knows how far to believe it: the grid by its quantiles, the fit by its error', () => {
    const spread = Math.exp(1.2816 * point('p').logSdJoulesPerToken)
    const { planned } = accountWindow(two, plan, 1, new Map([['EU', settled(50, 10)]]))
    expect(planned.carbonLowG).toBeCloseTo((40 * PLANNED_KWH) / spread, 4)
    expect(planned.carbonHighG).toBeCloseTo(60 * PLANNED_KWH * spread, 4)
  })

  it('counts head-room as ready and idle, and no token of it as made', () => {
    const [chat] = two.models
    const [demand] = chat!.demand
    const half = {
      ...two,
      models: [{ ...chat!, demand: [{ ...demand!, expectedTokensPerSecond: [100, 75] }] }],
    }
    const { planned, baseline, tokens } = accountWindow(half, plan, 1, new Map())
    // Half of the 120 tokens/s planned, and the 30 that are not of the traffic.
    expect(planned.energyKwh).toBeCloseTo((1.2 * (2 * 120 + 4 * 90)) / 1000, 9)
    expect(tokens).toBe(90 * 3600)
    expect(baseline.energyKwh).toBeCloseTo((1.2 * (2 * 120 + 4 * 75)) / 1000, 9)
    const before = accountWindow(two, plan, 0, new Map())
    expect(accountWindow(half, plan, 0, new Map())).toEqual(before)
    // ceil(1.2 x 75 / 100) replica: the rule of thumb has head-room of its own.
    const less = {
      ...two,
      models: [{ ...chat!, demand: [{ ...demand!, expectedTokensPerSecond: [60, 75] }] }],
    }
    const sized = accountWindow(less, plan, 1, new Map()).baseline
    expect(sized.energyKwh).toBeCloseTo((1.2 * (120 + 4 * 75)) / 1000, 9)
  })

  it('keeps the forecast of a zone that nobody measured', () => {
    const { planned } = accountWindow(two, plan, 1, new Map())
    expect(planned.carbonG).toBeCloseTo(200 * PLANNED_KWH, 6)
  })

  it('charges the starts of every window but a free first one', () => {
    const started: Plan = {
      ...plan,
      assignments: plan.assignments.map((a) => ({ ...a, starts: 1 })),
    }
    const energyOf = (of: Plan, window: number) =>
      accountWindow(two, of, window, new Map()).planned.energyKwh
    expect(energyOf(started, 0)).toBe(energyOf(plan, 0))
    expect(energyOf(started, 1) - energyOf(plan, 1)).toBeCloseTo(1.2, 9)
  })
})
