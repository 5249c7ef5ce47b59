import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  catalogueArchitecture,
  catalogueGpu,
  enginePrior,
  findEngine,
  fitGroup,
  groupRuns,
  predict,
  predictGaps,
  shippedPrior,
} from '../../services/fitting/index.ts'
import { readRuns } from '../../services/runs/index.ts'
import { settingOf } from './law.ts'

const engine = findEngine('gridtide-gpu-bench')!
const prior = enginePrior(shippedPrior, engine)
const architecture = catalogueArchitecture('Qwen3-32B')
const gpu = catalogueGpu('H100')

describe('a calibrated engine', () => {
  it('leaves the prior of serving engines as it is', () => {
    expect(findEngine('vllm')).toBeUndefined()
    expect(enginePrior(shippedPrior, findEngine('vllm'))).toBe(shippedPrior)
  })

  it('reads weights and cache at its own rate, and pays for its own layers and hops', () => {
    const decode = { ...settingOf(1, 1), inputTokens: 0, outputTokens: 1, contextTokens: 1 }
    const { step } = predict(fitGroup([], architecture, gpu, prior), [
      decode,
      { ...decode, tensorParallel: 2 },
    ])
    const { layers, paramsTotalBillions } = architecture
    const readMs = (2e3 * paramsTotalBillions) / (gpu.bandwidthGbPerSecond * engine.memoryShare)
    expect(Math.exp(step.logMean[0]!)).toBeCloseTo(readMs + layers * engine.layerMs, 0)
    const two = readMs / 2 + layers * (engine.layerMs + engine.hopLayerMs)
    expect(Math.exp(step.logMean[1]!)).toBeCloseTo(two, 0)
  })

  it('emits a token every step: gaps are the step, before and after runs', () => {
    const settings = [settingOf(1, 8), settingOf(2, 64)]
    const fitted = fitGroup([], architecture, gpu, prior)
    const { step } = predict(fitted, settings)
    const { itl, itlP95 } = predictGaps(fitted, settings)
    settings.forEach((_, i) => {
      expect(itl.logMean[i]!).toBeCloseTo(step.logMean[i]!, 6)
      expect(itlP95.logMean[i]!).toBeCloseTo(step.logMean[i]!, 6)
    })
  })

  it.each(['h100', 'h200'])(
    'foretells runs on %s from no run at all: 25 % in the median',
    (name) => {
      const { runs } = readRuns(readFileSync(`config/catalogue/runs/${name}-decode.csv`, 'utf8'))
      const errors = groupRuns(runs).flatMap((group) => {
        const known = fitGroup([], group.architecture, group.gpu, prior)
        const { energy } = predict(known, group.runs)
        return group.runs.map((run, i) =>
          Math.abs(Math.exp(energy.logMean[i]!) / (run.powerWatts! / run.tokensPerSecond) - 1),
        )
      })
      errors.sort((a, b) => a - b)
      expect(errors.length).toBeGreaterThan(150)
      expect(errors[Math.floor(errors.length / 2)]!).toBeLessThan(0.25)
    },
  )
})
