import { expect, it } from 'vitest'
import { bindingLimits } from '../../services/planning/binding-limits.ts'
import type { Draft } from '../../services/planning/draft.ts'

it('names full pools before floors, the dearest first', () => {
  const model = { binCount: 1, capacity: [100], minReplicas: 2 }
  const draft = {
    instance: {
      problem: {
        regions: [{ id: 'north' }, { id: 'south' }],
        models: [],
        policy: { objective: 'carbon' },
      },
      pools: [
        { region: 0, gpu: 'H100', count: 8 },
        { region: 1, gpu: 'H100', count: 8 },
      ],
      models: [
        { ...model, id: 'chat' },
        { ...model, id: 'assistant' },
      ],
      windowCount: 1,
      hours: [1],
    },
    replicas: [[2], [2]],
    lanes: [{ count: 1 }, { count: 1 }],
    rates: [new Float64Array([10]), new Float64Array([10])],
  } as unknown as Draft
  const limits = bindingLimits(draft, new Float64Array([5, 7]))
  expect(limits.map(({ limit, region, model }) => [limit, region ?? model])).toEqual([
    ['gpus', 'south'],
    ['gpus', 'north'],
    ['min-replicas', 'chat'],
    ['min-replicas', 'assistant'],
  ])
  expect(limits[0]!.shadowPriceG).toBe(7)
})
