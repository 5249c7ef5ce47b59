import { describe, expect, it } from 'vitest'
import {
  energySpreadOf,
  fitGroup,
  groupRuns,
  type MeasuredRun,
  predict,
  shippedPrior,
} from '../../services/fitting/index.ts'
import { runUnderLaw, settingOf } from './law.ts'

const BATCHES = [2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192]
const posterior = { ...shippedPrior, energySpread: 1 }

/** Runs of two models whose J/token jumps from batch to batch by `percent` either way. */
const erratic = (percent: number): MeasuredRun[] =>
  ['Qwen3-8B', 'Llama-3.1-8B'].flatMap((model) =>
    BATCHES.map((batch, i) => {
      const run = runUnderLaw(model, 'H100', settingOf(1, batch))
      return { ...run, powerWatts: run.powerWatts! * (1 + ((i % 2 ? 1 : -1) * percent) / 100) }
    }),
  )

describe('energySpreadOf', () => {
  const folds = [{ groups: groupRuns(erratic(50)), prior: posterior }]

  it('widens J/token, and nothing else, until families left out are covered', () => {
    const energySpread = energySpreadOf(folds)
    expect(energySpread).toBeGreaterThan(1.2)
    const prior = { ...posterior, energySpread }
    expect(energySpreadOf([{ ...folds[0]!, prior }])).toBeCloseTo(1, 9)

    const { architecture, gpu, runs } = folds[0]!.groups[0]!
    const [before, after] = [posterior, prior].map((each) =>
      predict(fitGroup([], architecture, gpu, each), runs),
    )
    expect(after!.energy.logSd[0]! / before!.energy.logSd[0]!).toBeCloseTo(energySpread, 9)
    expect([after!.step, after!.power]).toEqual([before!.step, before!.power])
  })

  it('makes no posterior surer, and judges by nothing where little was metered', () => {
    expect(energySpreadOf([{ groups: groupRuns(erratic(0)), prior: posterior }])).toBe(1)
    const meters = erratic(50).map(({ powerWatts, ...run }, i) =>
      i < 6 ? { ...run, powerWatts: powerWatts! } : run,
    )
    expect(energySpreadOf([{ groups: groupRuns(meters), prior: posterior }])).toBe(1)
    expect(energySpreadOf([])).toBe(1)
  })
})
