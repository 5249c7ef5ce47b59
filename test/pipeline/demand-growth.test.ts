import { expect, it } from 'vitest'
import { demandGrowth } from '../../services/pipeline/demand-growth.ts'
import { planIn, startMs } from '../support/acting-world.ts'
import { HOUR_MS } from '../support/plans.ts'
import { smallFleet } from '../support/small-fleet.ts'

const plan = planIn('eu-north', [1, 1, 1])
const demand = [100, 250, 50]
const rising = {
  ...plan,
  flows: plan.flows.map((flow) => ({ ...flow, tokensPerSecond: demand[flow.window]! })),
}

it('is the most that is foreseen over what is foreseen for now', () => {
  const at = (window: number) => demandGrowth(smallFleet(), rising, startMs + window * HOUR_MS)
  expect([at(0), at(1), at(2)]).toEqual([{ llama: 2.5 }, { llama: 1 }, { llama: 5 }])
})

it('is no growth where nothing is foreseen for now', () => {
  const idle = { ...rising, flows: rising.flows.filter(({ window }) => window > 0) }
  expect(demandGrowth(smallFleet(), idle, startMs)).toEqual({ llama: 1 })
})

it('leaves no room where the safe state is to hold, or bounds are to be exact', () => {
  for (const safe of ['{ state: hold }', '{ whenGone: hold }']) {
    expect(demandGrowth(smallFleet(`safeState: ${safe}`), rising, startMs)).toBeUndefined()
  }
})
