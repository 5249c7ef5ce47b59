import { describe, expect, it } from 'vitest'
import { addReplicas, emptyDraft } from '../../services/planning/draft.ts'
import { fillLoads, newFilling } from '../../services/planning/fill-loads.ts'
import { compileInstance } from '../../services/planning/instance.ts'
import { model, problem, region } from './problems.ts'

/** Three regions in a row, the one in the middle the cleanest; each origin reaches two neighbours. */
const filled = (west: number, east: number, replicas: readonly number[]) => {
  const instance = compileInstance(
    problem({
      regions: [region('left', [300]), region('middle', [100]), region('right', [200])],
      models: [
        model('m', {
          demand: [
            { origin: 'west', tokensPerSecond: [west], regions: ['left', 'middle'] },
            { origin: 'east', tokensPerSecond: [east], regions: ['middle', 'right'] },
          ],
        }),
      ],
    }),
  )
  const draft = emptyDraft(instance)
  for (const [b, count] of replicas.entries()) if (count > 0) addReplicas(draft, 0, 0, b, count)
  const filling = newFilling(draft)
  fillLoads(draft, 0, 0, filling)
  return { ...filling, left: [...filling.left].slice(0, 3) }
}

describe('fillLoads', () => {
  it('takes the cleanest region first', () => {
    const { left, unservedTotal } = filled(100, 100, [1, 1, 1])
    expect(unservedTotal).toBe(0)
    expect(left[1]).toBe(0)
  })

  it('moves a lane away from the cleanest where another has nowhere else to go', () => {
    const { left, unservedTotal } = filled(100, 100, [1, 1, 0])
    expect(unservedTotal).toBe(0)
    expect(left.slice(0, 2)).toEqual([0, 0])
  })

  it('counts what no routing serves, though there is room elsewhere', () => {
    const { unserved, unservedTotal } = filled(0, 150, [2, 1, 0])
    expect(unservedTotal).toBe(50)
    expect([...unserved].sort()).toEqual([0, 50])
  })

  it('costs the same however the traffic is re-routed', () => {
    expect(filled(60, 100, [1, 1, 0]).cost).toBeCloseTo(filled(100, 60, [1, 1, 0]).cost, 9)
  })
})
