import { describe, expect, it } from 'vitest'
import {
  catalogueArchitecture,
  catalogueGpu,
  catalogueModel,
  fitGroup,
  fittedCatalogueModel,
  leftOutRuns,
  type MeasuredRun,
  predict,
  shippedPrior,
} from '../../services/fitting/index.ts'
import { runUnderLaw, settingOf } from './law.ts'

const MODEL = 'Qwen3-32B'
const architecture = catalogueArchitecture(MODEL)
const gpu = catalogueGpu('H100')
const fitOf = (runs: readonly MeasuredRun[]) => fitGroup(runs, architecture, gpu, shippedPrior)
const runs = [
  runUnderLaw(MODEL, 'H100', settingOf(2, 16)),
  runUnderLaw(MODEL, 'H100', settingOf(2, 128), 0.2),
  runUnderLaw(MODEL, 'H100', settingOf(4, 64)),
  runUnderLaw(MODEL, 'H100', settingOf(8, 256), -0.1),
]
const { powerWatts: _none, ...unmetered } = runs[1]!

describe('runs left out one by one', () => {
  it('are predicted as a fit without them predicts them', () => {
    for (const [index, { setting, tokensPerSecond }] of leftOutRuns(fitOf(runs)).entries()) {
      const { step } = predict(fitOf(runs.toSpliced(index, 1)), [runs[index]!])
      const perSecond = 1e3 * setting.batch
      expect(tokensPerSecond.predicted / (perSecond / Math.exp(step.logMean[0]!))).toBeCloseTo(1, 9)
      const width = Math.log(tokensPerSecond.high / tokensPerSecond.low) / (2 * 1.2816)
      expect(width).toBeCloseTo(step.logSd[0]!, 9)
    }
  })

  it('show what was measured, power only where it was', () => {
    const judged = leftOutRuns(fitOf([runs[0]!, unmetered, runs[2]!]))
    for (const [index, run] of [runs[0]!, unmetered, runs[2]!].entries()) {
      const { tokensPerSecond, watts, joulesPerToken } = judged[index]!
      expect(tokensPerSecond.measured / run.tokensPerSecond).toBeCloseTo(1, 9)
      if (!('powerWatts' in run)) {
        expect(watts ?? joulesPerToken).toBeUndefined()
        continue
      }
      expect(watts!.measured / run.powerWatts!).toBeCloseTo(1, 9)
      const joules = run.powerWatts! / run.tokensPerSecond
      expect(joulesPerToken!.measured / joules).toBeCloseTo(1, 9)
      expect(joulesPerToken!.low).toBeLessThan(joulesPerToken!.predicted)
    }
  })

  it('tell a run that the others contradict', () => {
    const wild = { ...runs[2]!, tokensPerSecond: runs[2]!.tokensPerSecond * 3 }
    const [worst] = leftOutRuns(fitOf([runs[0]!, runs[1]!, wild, runs[3]!])).toSorted(
      (a, b) => Math.abs(b.tokensPerSecond.z) - Math.abs(a.tokensPerSecond.z),
    )
    expect(worst!.setting).toBe(wild)
    expect(worst!.tokensPerSecond.z).toBeGreaterThan(3)
  })

  it('are there for what the catalogue ships, which holds no measurement itself', () => {
    const entry = catalogueModel('Qwen/Qwen3-32B@H100:bf16')
    const judged = leftOutRuns(fittedCatalogueModel(entry))
    expect(judged).toHaveLength(entry.settings.length)
    const off = judged.map(({ tokensPerSecond: { measured, predicted } }) =>
      Math.abs(predicted / measured - 1),
    )
    const median = off.toSorted((a, b) => a - b)[Math.floor(off.length / 2)]!
    expect(median * 100).toBeCloseTo(entry.errorPercent.tokensPerSecond, 0)
    expect(leftOutRuns(fitOf([]))).toEqual([])
  })
})
