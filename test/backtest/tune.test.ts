import { describe, expect, test } from 'vitest'
import { TRIALS } from '../../services/backtest/index.ts'
import { judgeSetting, type Play } from '../../services/backtest/judge-setting.ts'
import { emptyLedger } from '../../services/backtest/ledger.ts'
import { gridtide } from '../../services/backtest/policies/gridtide.ts'
import type { Knobs } from '../../services/backtest/policy.ts'
import {
  isBetter,
  isHopeless,
  judgement,
  TUNED_LATE,
  TUNED_MISSED,
  tune,
  widened,
} from '../../services/backtest/tune.ts'
import { recordOf } from './playground.ts'

const record = recordOf(8)

describe('tuning', () => {
  /** Less head-room is less carbon, until it breaks the promise. */
  const world = ({ headroom, replanMinutes, layout }: Knobs) => ({
    carbonG: headroom * (replanMinutes === 5 ? 0.9 : 1) * (layout === 'free' ? 1 : 1.1),
    worstLateShare: headroom < 1.1 ? 1e-3 : 0,
    worstMissedShare: 0,
  })

  test('gives every policy the same number of trials, the published setting first', () => {
    const { best, trials } = tune(gridtide, world)
    expect(trials).toHaveLength(TRIALS)
    expect(trials[0]!.knobs).toEqual(gridtide.published)
    expect(trials[1]!.knobs).toEqual({ ...gridtide.published, replanMinutes: 5 })
    expect(new Set(trials.map(({ knobs }) => JSON.stringify(knobs))).size).toBe(TRIALS)
    expect(best.worstLateShare).toBe(0)
    expect(best.carbonG).toBeLessThan(world(gridtide.published).carbonG)
  })

  test('adds head-room where the published setting breaks the promise', () => {
    const { best } = tune(
      { published: { headroom: 1.02, replanMinutes: 60, layout: 'free' }, layouts: ['free'] },
      world,
      12,
    )
    expect(best.worstLateShare).toBe(0)
  })

  test('ends when there is nothing left to ask', () => {
    const { trials } = tune(
      {
        published: { headroom: 1.02, replanMinutes: 5, layout: 'free', guardUse: 0.95 },
        layouts: ['free'],
      },
      () => ({ carbonG: 1, worstLateShare: 0, worstMissedShare: 0 }),
      100,
    )
    expect(trials).toHaveLength(12 * 3 * 2)
  })

  test('what is found is kept ready half as wide again', () => {
    const knobs = { headroom: 1.3, replanMinutes: 5, layout: 'free' } as const
    expect(widened(knobs)).toEqual({ ...knobs, headroom: expect.closeTo(1.45, 12) })
  })

  const trial = (carbonG: number, worstLateShare: number, worstMissedShare = 0) => ({
    carbonG,
    worstLateShare,
    worstMissedShare,
  })

  test('the promises go before carbon', () => {
    const keeps = trial(9, 0)
    expect(isBetter(keeps, trial(1, 0.01))).toBe(true)
    expect(isBetter(trial(1, 0.01), keeps)).toBe(false)
    expect(isBetter(trial(1, 0.01), trial(1, 0.02))).toBe(true)
    expect(isBetter(trial(8, 0), keeps)).toBe(true)
  })

  test('windows missed by a hair break a promise though few requests are late', () => {
    const missing = trial(1, 0, 1.1 * TUNED_MISSED)
    expect(isBetter(trial(9, 0, TUNED_MISSED), missing)).toBe(true)
    expect(isBetter(missing, trial(1, 0, 2 * TUNED_MISSED))).toBe(true)
    expect(isBetter(missing, trial(1, 2 * TUNED_LATE))).toBe(true)
  })

  test('the worst run counts', () => {
    const ledgers = [
      { ...emptyLedger(1, 1), modelWindows: 10, missedWindows: 2 },
      { ...emptyLedger(1, 1), carbonG: 5, tokens: 10, lateTokens: 1, modelWindows: 10 },
    ]
    expect(judgement(ledgers)).toEqual(trial(5, 0.1, 0.2))
  })
})

describe('a setting that cannot become the best', () => {
  const knobs = { headroom: 1.1, replanMinutes: 5, layout: 'free' } as const
  const best = (carbonG: number, worstLateShare: number) => ({
    knobs,
    carbonG,
    worstLateShare,
    worstMissedShare: 0,
  })
  const whole = { tokens: 100, modelWindows: 100 }
  const run = (carbonG: number, lateTokens: number) => ({
    ...emptyLedger(1, 1),
    carbonG,
    lateTokens,
  })

  test('has emitted more than one that keeps the promise, or broken it more', () => {
    expect(isHopeless(undefined, 9, run(9, 9), whole)).toBe(false)
    expect(isHopeless(best(10, 0), 4, run(5, 0), whole)).toBe(false)
    expect(isHopeless(best(10, 0), 4, run(7, 0), whole)).toBe(true)
    expect(isHopeless(best(10, 0), 0, run(1, 100 * TUNED_LATE), whole)).toBe(false)
    expect(isHopeless(best(10, 0), 0, run(1, 101 * TUNED_LATE), whole)).toBe(true)
    expect(isHopeless(best(10, 0.5), 0, run(99, 40), whole)).toBe(false)
    expect(isHopeless(best(10, 0.5), 0, run(99, 60), whole)).toBe(true)
    const missed = { ...run(1, 0), missedWindows: 1 }
    expect(isHopeless(best(10, 0), 0, missed, { ...whole, modelWindows: 10_000 })).toBe(false)
    expect(isHopeless(best(10, 0), 0, missed, whole)).toBe(true)
  })

  test('is left at that moment, and the setting found is the same', () => {
    const tuning = [record, recordOf(4)]
    let windows = 0
    /** Every window emits what the head-room costs and, below 1.1, is late. */
    const play: Play = (on, { headroom }, { isHopeless: stop }) => {
      const ledger = emptyLedger(1, 1)
      for (let w = on.leadWindows; w < on.windowCount && !stop?.(ledger); w++) {
        windows += 1
        ledger.carbonG += headroom
        ledger.tokens += 1
        if (headroom < 1.1) ledger.lateTokens += 1e9
      }
      return ledger
    }
    const whole = tune(gridtide, (setting) => judgeSetting(tuning, setting, undefined, play))
    const playedOut = windows
    windows = 0
    const found = tune(gridtide, (setting, toBeat) => judgeSetting(tuning, setting, toBeat, play))
    expect(found.best).toEqual(whole.best)
    expect(found.trials.map((trial) => trial.knobs)).toEqual(
      whole.trials.map((trial) => trial.knobs),
    )
    expect(found.trials.filter(({ abandoned }) => abandoned).length).toBeGreaterThan(0)
    expect(windows).toBeLessThan(playedOut)
  })
})
