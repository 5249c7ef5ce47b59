import { describe, expect, it } from 'vitest'
import { chooseInformative } from '../../services/fitting/choose-informative.ts'
import {
  catalogueArchitecture,
  catalogueGpu,
  fitGroup,
  nextRuns,
  shippedPrior,
} from '../../services/fitting/index.ts'
import { posteriorCovariance } from '../../services/fitting/posterior-covariance.ts'
import { runUnderLaw, settingOf } from './law.ts'

const target = 'Qwen3-32B'
const architecture = catalogueArchitecture(target)
const gpu = catalogueGpu('H100')
const fitted = fitGroup([], architecture, gpu, shippedPrior)
/** Many much alike, and two that are not. */
const candidates = [
  ...[8, 12, 16, 24, 32, 48, 64, 96, 128].map((batch) => settingOf(2, batch)),
  settingOf(8, 1024),
  settingOf(4, 512),
]

/** What is left to learn of the step once a set was measured: its variances to a power, summed. */
function leftAfter(set: readonly number[], power: number): number {
  const runs = set.map((i) => runUnderLaw(target, 'H100', candidates[i]!))
  const known = fitGroup(runs, architecture, gpu, shippedPrior)
  const covariance = posteriorCovariance(known, 'step', candidates)
  const n = candidates.length
  return candidates.reduce((total, _, j) => total + covariance[j * n + j]! ** power, 0)
}

/** The least that is left where one run of a set is made elsewhere. */
const leastWithOneElsewhere = (set: readonly number[], power: number): number =>
  Math.min(
    ...set.flatMap((_, place) =>
      candidates.flatMap((__, other) =>
        set.includes(other) ? [] : [leftAfter(set.with(place, other), power)],
      ),
    ),
  )

const stepRuns = (count: number) => nextRuns(fitted, candidates, count, undefined, false)

describe('the next runs', () => {
  it('leave the least deviation as a first series, and the least variance as a longer one', () => {
    const [first, longer] = [stepRuns(3), stepRuns(4)]
    expect(leftAfter(first, 1 / 2)).toBeLessThanOrEqual(leastWithOneElsewhere(first, 1 / 2))
    expect(leftAfter(first, 1)).toBeGreaterThan(leastWithOneElsewhere(first, 1))
    expect(leftAfter(longer, 1)).toBeLessThanOrEqual(leastWithOneElsewhere(longer, 1))
  })

  it('tell of many candidates alike, or of the one that is least known, by how errors count', () => {
    const covariance = new Float64Array(25).fill(1)
    for (let i = 0; i < 5; i++) covariance[i] = covariance[5 * i] = i === 0 ? 9 : 0
    const question = { unknowns: [{ covariance, noise: 0.01 }], quantities: [[1]] }
    const weights = [1, 1, 1, 1, 1]
    const byVariance = chooseInformative({ ...question, sizeOf: (v) => v }, weights, 1)
    const byDeviation = chooseInformative({ ...question, sizeOf: Math.sqrt }, weights, 1)
    expect(byVariance).toEqual([0])
    expect(byDeviation).toEqual([1])
  })
})
