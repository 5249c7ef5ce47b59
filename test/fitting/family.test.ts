import { describe, expect, it } from 'vitest'
import { catalogueGroup } from '../../services/fitting/catalogue-runs.ts'
import {
  catalogueArchitecture,
  catalogueGpu,
  catalogueModel,
  familyPrior,
  fitGroup,
  groupRuns,
  informPrior,
  predict,
  shippedPrior,
} from '../../services/fitting/index.ts'
import { conditionOn } from '../../services/fitting/information.ts'
import { runUnderLaw, settingOf } from './law.ts'

const model = 'Qwen3-32B'
const architecture = catalogueArchitecture(model)
const settings = [8, 32, 128].map((batch) => settingOf(2, batch))
/** A model that is a fifth slower than the law, wherever it runs. */
const SLOW = 0.2
const elsewhere = groupRuns(settings.map((s) => runUnderLaw(model, 'B200', s, SLOW)))

describe('what a family did elsewhere', () => {
  it('moves the prior towards it and narrows the level', () => {
    const gpu = catalogueGpu('H100')
    const told = informPrior(shippedPrior, elsewhere)
    const [alone, informed] = [shippedPrior, told].map((prior) =>
      predict(fitGroup([], architecture, gpu, prior), settings),
    )
    settings.forEach((setting, i) => {
      const run = runUnderLaw(model, 'H100', setting, SLOW)
      const truth = Math.log((1e3 * run.batch) / run.tokensPerSecond)
      const error = (p: typeof alone) => Math.abs(p!.step.logMean[i]! - truth)
      expect(error(informed)).toBeLessThan(error(alone))
      expect(informed!.step.logSd[i]!).toBeLessThan(alone!.step.logSd[i]!)
    })
  })

  it('is the same prior where nothing was measured, and is heard only once', () => {
    expect(informPrior(shippedPrior, [])).toBe(shippedPrior)
    const told = informPrior(shippedPrior, elsewhere)
    expect(told.outputs.step.familyShare).toBe(0)
    expect(told.outputs.step.groupSd[0]!).toBeLessThanOrEqual(shippedPrior.outputs.step.groupSd[0]!)
  })

  it('comes from the catalogue and from own runs, but not from decoding alone', () => {
    expect(familyPrior(undefined)).toBe(shippedPrior)
    expect(familyPrior('Qwen3-32B').outputs.step.familyShare).toBe(0)
    const decode = elsewhere.map((group) => ({
      ...group,
      runs: group.runs.map((run) => ({ ...run, task: 'decode' })),
    }))
    expect(familyPrior(undefined, decode)).toBe(shippedPrior)
  })

  it('can be read back from a catalogue entry: refitting its runs gives the entry', () => {
    const entry = catalogueModel('Qwen/Qwen3-32B@H100:bf16')
    const { runs, architecture, gpu } = catalogueGroup(entry)
    const fitted = fitGroup(runs, architecture, gpu, shippedPrior)
    for (const output of ['step', 'itl', 'itlP95', 'power'] as const) {
      const alpha = fitted.outputs[output].alpha
      alpha.forEach((value, i) => {
        expect(value).toBeCloseTo(entry.alpha[output][i]!, 2)
      })
    }
  })
})

describe('conditioning linear weights', () => {
  it('is the product of two normal densities', () => {
    const d = shippedPrior.outputs.step.featureMean.length
    const diagonal = (value: (k: number) => number) =>
      Float64Array.from({ length: d * d }, (_, at) =>
        at % (d + 1) === 0 ? value(at / (d + 1)) : 0,
      )
    const { mean, covariance } = conditionOn(
      Array.from({ length: d }, () => 1),
      diagonal(() => 4),
      // Precision 1 around 3: a measurement of variance 1.
      { precision: diagonal(() => 1), moment: new Float64Array(d).fill(3) },
    )
    expect(mean[0]!).toBeCloseTo((1 / 4 + 3) / (1 / 4 + 1), 6)
    expect(covariance[0]!).toBeCloseTo(1 / (1 / 4 + 1), 6)
    expect(covariance[1]!).toBeCloseTo(0, 9)
  })
})
