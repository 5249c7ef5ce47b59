import { describe, expect, it } from 'vitest'
import {
  catalogueArchitecture,
  catalogueGpu,
  chosenProbability,
  fitGroup,
  predict,
  shippedPrior,
} from '../../services/fitting/index.ts'
import { random } from '../../services/planning/index.ts'
import { runUnderLaw, settingOf } from './law.ts'

const model = 'Qwen3-32B'
const fitted = (runs: Parameters<typeof fitGroup>[0]) =>
  fitGroup(runs, catalogueArchitecture(model), catalogueGpu('H100'), shippedPrior)
const unmeasured = fitted([])
const candidates = [1, 2, 4].flatMap((gpus) => [8, 32, 128].map((batch) => settingOf(gpus, batch)))
const chances = (tpotP95Ms: number, group = unmeasured) =>
  chosenProbability(group, candidates, { tpotP95Ms, random: random(7), draws: 200 })

describe('the chance of being chosen', () => {
  it('is one over all candidates, and the same for the same seed', () => {
    const shares = chances(60)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
    expect(shares.filter((share) => share > 0).length).toBeGreaterThan(1)
    expect(chances(60)).toEqual(shares)
  })

  it('goes to the least energy where nothing is promised, to the fastest where all is', () => {
    const measured = fitted(candidates.map((setting) => runUnderLaw(model, 'H100', setting)))
    const { step, energy } = predict(measured, candidates)
    const least = (values: Float64Array) => values.indexOf(Math.min(...values))
    const most = (shares: readonly number[]) => shares.indexOf(Math.max(...shares))
    expect(most(chances(1e6, measured))).toBe(least(energy.logMean))
    expect(most(chances(1e-6, measured))).toBe(least(step.logMean))
  })

  it('is spread wider the less is known', () => {
    const measured = fitted(candidates.map((setting) => runUnderLaw(model, 'H100', setting)))
    const entropy = (shares: readonly number[]) =>
      shares.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0)
    expect(entropy(chances(30, measured))).toBeLessThan(entropy(chances(30)))
  })
})
