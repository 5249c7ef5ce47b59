import { beforeAll, describe, expect, test } from 'vitest'
import { otherFuture } from '../../services/backtest/check-leaks.ts'
import {
  type Arena,
  checkLeaks,
  type GridRecord,
  POLICIES,
  playPolicy,
  TRIALS,
  windowsToPlay,
  withWeeklyNoise,
} from '../../services/backtest/index.ts'
import { emptyLedger, lateShare, sloPct } from '../../services/backtest/ledger.ts'
import { lowerBoundG } from '../../services/backtest/lower-bound.ts'
import { clairvoyant } from '../../services/backtest/policies/clairvoyant.ts'
import { gridtide } from '../../services/backtest/policies/gridtide.ts'
import { staticRule } from '../../services/backtest/policies/static.ts'
import type { Policy } from '../../services/backtest/policy.ts'
import { simulate } from '../../services/backtest/simulate.ts'
import { drawTruth } from '../../services/backtest/truth.ts'
import { type LinearSolver, loadHighs } from '../../services/planning/index.ts'
import { arenaOf, decide, KNOBS, LEAD, recordOf } from './playground.ts'

let solver: LinearSolver
beforeAll(async () => {
  solver = await loadHighs()
})
const arena = arenaOf()
const record = recordOf()

/** Always the same few replicas. */
const fixed = (replicas: number, seen: (window: number) => void = () => undefined): Policy => ({
  ...staticRule,
  id: 'fixed',
  open: (on: Arena) => ({
    close: () => undefined,
    decide: (view) => {
      seen(view.window)
      return decide(on, [['dirty', 'H100-tp1', replicas]])
    },
  }),
})

describe('a run', () => {
  test('asks in the first window of every period, and at once when the guard says so', () => {
    const asked: number[] = []
    const policy = fixed(40, (window) => void asked.push(window - LEAD))
    simulate(arena, record, { policy, knobs: { ...KNOBS, replanMinutes: 60 }, seed: 0 }, solver)
    expect(asked).toEqual(Array.from({ length: 24 }, (_, hour) => 4 * hour))
    asked.length = 0
    const short = fixed(20, (window) => void asked.push(window - LEAD))
    const knobs = { ...KNOBS, replanMinutes: 60, guardUse: 0.95 }
    simulate(arena, record, { policy: short, knobs, seed: 0 }, solver)
    expect(asked.length).toBeGreaterThan(24)
  })

  test('ends where it cannot win any more', () => {
    let windows = 0
    simulate(arena, record, { policy: fixed(40), knobs: KNOBS, seed: 0 }, solver, {
      onWindow: (done) => {
        windows = done
      },
      isHopeless: ({ carbonG }) => windows === 3 && carbonG > 0,
    })
    expect(windows).toBe(3)
  })

  test('shows no policy a window that has not begun', () => {
    const peek: Policy = {
      ...staticRule,
      open: () => ({
        close: () => undefined,
        decide: (view) => {
          view.observed(0, 0, 0)
          throw new Error('unreachable')
        },
      }),
    }
    expect(() => simulate(arena, record, { policy: peek, knobs: KNOBS, seed: 0 }, solver)).toThrow(
      RangeError,
    )
  })

  test('is the same by seed, and another world by another', () => {
    const run = (seed: number) =>
      simulate(arena, recordOf(4), { policy: gridtide, knobs: KNOBS, seed }, solver).carbonG
    expect(run(3)).toBe(run(3))
    expect(run(3)).not.toBe(run(4))
  })

  test('hours and regions add up to the total', () => {
    const { hourly, carbonG, energyKwh, tokens } = simulate(
      arena,
      record,
      { policy: gridtide, knobs: KNOBS, seed: 1 },
      solver,
    )
    const sum = (of: 'carbonG' | 'energyKwh' | 'tokens') =>
      hourly.reduce((all, region) => all + region[of].reduce((a, b) => a + b, 0), 0)
    expect(sum('carbonG')).toBeCloseTo(carbonG, 6)
    expect(sum('energyKwh')).toBeCloseTo(energyKwh, 6)
    expect(sum('tokens')).toBeCloseTo(tokens, 0)
  })

  test('nothing served is no late share', () => {
    const empty = emptyLedger(1, 1)
    expect(lateShare(empty)).toBe(0)
    expect(sloPct(empty)).toBe(100)
  })
})

describe('floors', () => {
  test('the bound is below the clairvoyant, and that below every policy that keeps the promise', () => {
    const job = { arena, tuning: [], reported: [recordOf(6)], seed: 2 }
    const floor = playPolicy({ ...job, policy: 'clairvoyant' }, solver)
    const floorG = floor.runs[0]!.carbonG
    expect(floor.boundsG![0]).toBeLessThan(floorG)
    expect(floorG).toBeLessThan(1.25 * floor.boundsG![0]!)
    for (const { id } of POLICIES) {
      const [run] = playPolicy({ ...job, policy: id }, solver).runs
      if (run!.lateShare <= 1e-4) expect(run!.carbonG, id).toBeGreaterThan(floor.boundsG![0]!)
    }
  })

  test('reserved GPUs cost the bound their parked draw', () => {
    const reserved = arenaOf({ ownership: 'reserved' })
    const truth = drawTruth(reserved, 0)
    const parkedOnly = recordOf(1, {
      demand: [[new Float64Array(LEAD + 4), new Float64Array(LEAD + 4)]],
    })
    const boundG = lowerBoundG(reserved, parkedOnly, truth, solver)
    const dirtyG = [...parkedOnly.actual[0]!.slice(LEAD)].reduce((a, b) => a + b, 0) / 4
    const cleanG = [...parkedOnly.actual[1]!.slice(LEAD)].reduce((a, b) => a + b, 0) / 4
    expect(boundG).toBeCloseTo(1.2 * 0.06 * (64 * dirtyG + 16 * cleanG), 3)
  })

  test('where nothing keeps the promise, the least carbon is the floor all the same', () => {
    const tiny = arenaOf({ gpus: 4, cleanGpus: 1 })
    const [run] = playPolicy(
      { arena: tiny, policy: 'clairvoyant', tuning: [], reported: [recordOf(3)], seed: 0 },
      solver,
    ).runs
    expect(run!.lateShare).toBeGreaterThan(0.1)
  })
})

describe('information from the future', () => {
  const CUTS = [1, 6, 30]

  test('no realisable policy has any', () => {
    for (const policy of POLICIES) {
      const leaks = checkLeaks(arena, record, () => policy, policy.published, CUTS, solver)
      expect(leaks, policy.id).toEqual([])
    }
  })

  test.each([
    ['traffic', (future: GridRecord, window: number) => future.demand[0]![0]![window + 1]!],
    ['intensity', (future: GridRecord, window: number) => future.actual[0]![window]!],
    [
      'a later forecast',
      (future: GridRecord, window: number) =>
        future.expected[0]![(Math.floor(window / 4) + 1) * 2]!,
    ],
  ])('a planted leak of %s is caught', (_, peek) => {
    const leaky = (future: GridRecord): Policy => ({
      ...fixed(30),
      open: (on) => ({
        close: () => undefined,
        decide: (view) =>
          decide(on, [['dirty', 'H100-tp1', Math.round(peek(future, view.window) / 10)]]),
      }),
    })
    const leaks = checkLeaks(arena, record, leaky, KNOBS, CUTS, solver)
    expect(leaks.map(({ futureFrom }) => futureFrom)).toEqual(CUTS)
    for (const { window, futureFrom } of leaks) expect(window).toBeLessThanOrEqual(futureFrom)
  })

  test('the clairvoyant is caught too', () => {
    expect(
      checkLeaks(arena, record, clairvoyant, { ...KNOBS, headroom: 1 }, [6], solver),
    ).not.toEqual([])
  })

  test('another future has the same past', () => {
    const marginal = [record.actual[0]!, record.actual[1]!]
    const other = otherFuture({ ...record, marginal }, LEAD + 6, 1)
    expect(other.demand[0]![0]!.slice(0, LEAD + 7)).toEqual(
      record.demand[0]![0]!.slice(0, LEAD + 7),
    )
    expect(other.demand[0]![0]![LEAD + 7]).not.toBe(record.demand[0]![0]![LEAD + 7])
    expect(other.actual[0]![LEAD + 5]).toBe(record.actual[0]![LEAD + 5])
    expect(other.marginal![0]![LEAD + 6]).not.toBe(record.actual[0]![LEAD + 6])
  })
})

describe('playing a policy', () => {
  test('tunes on the tuning weeks, reports the others, and counts what it tried', () => {
    let windows = 0
    const job = {
      policy: 'gridtide',
      arena,
      tuning: [recordOf(2)],
      reported: [recordOf(3), recordOf(3)],
      seed: 1,
      trials: 3,
    }
    const result = playPolicy(job, solver, () => {
      windows += 1
    })
    expect(result.trials).toHaveLength(3)
    expect(result.runs).toHaveLength(2)
    expect(windows).toBe(windowsToPlay(job))
  })

  test('the rule of thumb is not tuned, and given knobs are kept', () => {
    const job = { arena, tuning: [recordOf(2)], reported: [recordOf(2)], seed: 1 }
    expect(playPolicy({ ...job, policy: 'static' }, solver).trials).toEqual([])
    const knobs = { ...KNOBS, headroom: 1.4 }
    const given = playPolicy({ ...job, tuning: [], policy: 'hpa', knobs }, solver)
    expect(given.knobs).toEqual(knobs)
    expect(windowsToPlay({ ...job, policy: 'hpa' })).toBe(8 * TRIALS + 8)
    expect(windowsToPlay({ ...job, policy: 'clairvoyant' })).toBe(3 * 8)
    expect(() => playPolicy({ ...job, policy: 'nobody' }, solver)).toThrow('no policy nobody')
  })
})

test('a marginal record is booked beside, never in place of the average', () => {
  const reported = [recordOf(1, { marginal: record.actual })]
  const [run] = playPolicy({ policy: 'static', arena, tuning: [], reported, seed: 0 }, solver).runs
  expect(run!.marginalG).toBeCloseTo(run!.carbonG, 6)
})

test('noise makes a week differ from the one before by as much as it says', () => {
  const rates = new Float64Array(2016 * 4).fill(100)
  const noisy = withWeeklyNoise(rates, 300, 5, 1)
  const logs = [...noisy].map((rate) => Math.log(rate / 100))
  const sd = Math.sqrt(logs.reduce((sum, log) => sum + log * log, 0) / logs.length)
  expect(sd).toBeGreaterThan(0.04)
  expect(sd).toBeLessThan(0.07)
  expect(withWeeklyNoise(rates, 300, 5, 1)).toEqual(noisy)
  expect(withWeeklyNoise(rates, 300, 6, 1)).not.toEqual(noisy)
})
