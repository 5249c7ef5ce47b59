import { describe, expect, it } from 'vitest'
import { evidenceFor } from '../../services/fitting/group-evidence.ts'
import { HYPERS, hyperOf, startOfHypers } from '../../services/fitting/hyper.ts'
import { groupRuns, learnPrior, type Prior, shippedPrior } from '../../services/fitting/index.ts'
import { marginalLikelihood } from '../../services/fitting/marginal-likelihood.ts'
import { runUnderLaw, settingOf } from './law.ts'

const { base } = shippedPrior.outputs.step
const groups = groupRuns(
  ['Qwen3-8B', 'gemma-3-27b'].flatMap((model) =>
    ['H100', 'B200'].flatMap((gpu) =>
      [8, 32, 128].map((batch, i) =>
        runUnderLaw(model, gpu, settingOf(1 + (i % 2), batch), 0.2 * Math.sin(9 * i)),
      ),
    ),
  ),
)
const evidence = groups.map((group) => evidenceFor(group, base, 'step', base))

describe('the marginal likelihood', () => {
  it('has the gradient that finite differences have', () => {
    const x = startOfHypers().map((v, i) => v + 0.1 * Math.cos(i))
    const { gradient } = marginalLikelihood(evidence, hyperOf(x))
    const step = 1e-5
    HYPERS.forEach((_, i) => {
      const at = (sign: number) =>
        marginalLikelihood(evidence, hyperOf(x.map((v, j) => (i === j ? v + sign * step : v))))
          .logEvidence
      expect(gradient[i]!).toBeCloseTo((at(1) - at(-1)) / (2 * step), 4)
    })
  })

  it('is no number where groups may not differ and runs have no noise', () => {
    const hyper = hyperOf(startOfHypers().fill(Number.NEGATIVE_INFINITY))
    const { logEvidence } = marginalLikelihood(evidence, { ...hyper, weights: 1 })
    expect(logEvidence).toBeNaN()
  })
})

describe('a prior learned where families differ', () => {
  /** Every family has its own level, and each GPU a smaller one of its own. */
  const wobbly = ['Qwen3-8B', 'Llama-3.1-8B', 'gemma-3-12b', 'Qwen3-14B', 'gemma-3-27b'].flatMap(
    (model, m) =>
      ['H100', 'B200'].flatMap((gpu, g) =>
        [8, 32, 128, 256].map((batch, i) => {
          const wobble = 0.6 * Math.sin(3 * m + 1) + 0.05 * g + 0.01 * Math.sin(5 * i + m)
          return runUnderLaw(model, gpu, settingOf(1 + (i % 2), batch), wobble)
        }),
      ),
  )
  const prior: Prior = learnPrior(groupRuns(wobbly), { source: 'law', date: '2026-01-01' })

  it('learns that a family shares what sets it apart', () => {
    expect(prior.outputs.step.familyShare).toBeGreaterThan(0.5)
  })
})
