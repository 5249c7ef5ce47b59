import { describe, expect, it } from 'vitest'
import { addBatch, addReplicas, emptyDraft } from '../../services/planning/draft.ts'
import { compileInstance } from '../../services/planning/instance.ts'
import { refillBatch } from '../../services/planning/refill-batch.ts'
import { newSearch } from '../../services/planning/search.ts'
import { model, problem, region } from './problems.ts'

const HOUR = 3600
const chat = model('chat', {
  demand: [{ origin: 'eu', tokensPerSecond: [50, 50, 50, 50], regions: ['eu'] }],
})
const instance = compileInstance({
  ...problem({
    count: 4,
    regions: [region('eu', [100, 300, 100, 100]), region('us', [1, 1, 1, 1])],
    models: [chat],
  }),
  batch: [
    {
      id: 'job',
      model: 'chat',
      tokens: 200 * HOUR,
      firstWindow: 1,
      deadlineWindow: 3,
      regions: ['eu'],
    },
  ],
})

/** 100 tokens/s of work in both of its windows, and so many replicas (100 tokens/s each) in `eu`. */
function refilled(replicas: readonly number[]): number[] {
  const draft = emptyDraft(instance)
  const bins = [...instance.models[0]!.region.keys()]
  const home = bins.find((b) => instance.models[0]!.region[b] === 0)!
  const abroad = bins.find((b) => instance.models[0]!.region[b] === 1)!
  for (const [t, count] of replicas.entries()) {
    addReplicas(draft, 0, t, home, count)
    addReplicas(draft, 0, t, abroad, 1)
  }
  for (const t of [1, 2]) addBatch(draft, 0, t, 100)
  refillBatch(newSearch(draft, new Float64Array(4 * instance.pools.length), 1))
  return [...draft.batchRates[0]!].map((rate) => Math.round(rate * 1e6) / 1e6)
}

describe('refillBatch', () => {
  it('moves work to replicas that run in cleaner windows, where it may run', () => {
    expect(refilled([1, 2, 3, 1])).toEqual([0, 0, 200, 0])
  })

  it('takes what is left over in a dirtier window when there is no more room', () => {
    expect(refilled([1, 2, 2, 1])).toEqual([0, 50, 150, 0])
  })

  it('leaves work where it was when nothing has room for it', () => {
    expect(refilled([0, 0, 0, 0])).toEqual([0, 100, 100, 0])
  })
})
