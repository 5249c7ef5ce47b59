import { describe, expect, it } from 'vitest'
import { groupRuns, tooFewForPrior } from '../../services/fitting/index.ts'
import { runUnderLaw, settingOf } from './law.ts'

const runsOf = (model: string, count: number) =>
  Array.from({ length: count }, (_, i) => runUnderLaw(model, 'H100', settingOf(1, 8 + i)))

describe('runs for a prior', () => {
  it('are enough from twenty with power of two families on', () => {
    const of = (...runs: Parameters<typeof groupRuns>[0][]) =>
      tooFewForPrior(groupRuns(runs.flat()))
    const [ten, nine] = [runsOf('Qwen3-8B', 10), runsOf('Llama-3.1-8B', 9)]
    expect(of(ten, runsOf('Llama-3.1-8B', 10))).toBeUndefined()
    expect(of(ten, nine)).toMatch(/these are 19, of 2$/)
    expect(of(runsOf('Qwen3-8B', 30))).toMatch(/these are 30, of 1$/)
    const unmetered = ten.map(({ powerWatts: _, ...run }) => run)
    expect(of(unmetered, nine, nine)).toMatch(/these are 18, of 2$/)
  })
})
