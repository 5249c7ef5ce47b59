import { describe, expect, it } from 'vitest'
import type { SteeredTarget } from '../../services/actuation/index.ts'
import { type WantedNowInput, wantedNow } from '../../services/pipeline/wanted-now.ts'
import { centralId, northId, planIn, startMs } from '../support/acting-world.ts'
import { HOUR_MS } from '../support/plans.ts'
import { smallPoint } from '../support/small-fleet.ts'

const target = (id: string, over: Partial<SteeredTarget> = {}): SteeredTarget => {
  const [region = ''] = id.split('/')
  return {
    ref: { id, kind: 'replicas', region, backend: 'cluster', locator: {} },
    region,
    model: 'llama',
    pointId: smallPoint.id,
    gpu: 'H100',
    gpusPerReplica: 2,
    capacityTokensPerSecond: 100,
    floorReplicas: 0,
    safeReplicas: 5,
    maxInFlight: 8,
    ...over,
  }
}
const north = target(northId)
const central = target(centralId)
const counts = (over: Partial<WantedNowInput> = {}) =>
  Object.fromEntries(
    wantedNow({
      stored: {
        version: 1,
        outcome: { status: 'planned', plan: planIn('eu-north', [2, 3]) },
        validUntilMs: startMs + 2 * HOUR_MS,
      },
      targets: [north, central],
      stopped: false,
      nowMs: startMs,
      ...over,
    }).map(({ targetId, replicas }) => [targetId, replicas]),
  )

describe('wantedNow', () => {
  it('asks what the window in force says, and 0 of places that a planned model has left', () => {
    expect(counts()).toEqual({ [northId]: 2, [centralId]: 0 })
    expect(counts({ nowMs: startMs + HOUR_MS })).toEqual({ [northId]: 3, [centralId]: 0 })
  })

  it('keeps floors whatever the plan says', () => {
    const targets = [north, target(centralId, { floorReplicas: 1 })]
    expect(counts({ targets })).toEqual({ [northId]: 2, [centralId]: 1 })
  })

  it('asks nothing of a model that the plan forgot', () => {
    expect(counts({ targets: [target(northId, { model: 'other' })] })).toEqual({})
  })

  it('asks for the safe state once the plan has expired, and never for less than it had', () => {
    const late = { nowMs: startMs + 3 * HOUR_MS }
    expect(counts(late)).toEqual({ [northId]: 5, [centralId]: 5 })
    const stored = {
      version: 1,
      outcome: { status: 'planned', plan: planIn('eu-north', [9, 9]) },
      validUntilMs: startMs,
    } as const
    expect(counts({ stored })).toEqual({ [northId]: 9, [centralId]: 5 })
    // `hold`: an autoscaler that is asked nothing stays where it is.
    const targets = [target(northId, { safeReplicas: 0 })]
    expect(counts({ ...late, targets })).toEqual({})
  })

  it('asks nothing while somebody says stop, or no plan is in force', () => {
    expect(counts({ stopped: true })).toEqual({})
    expect(counts({ stored: undefined })).toEqual({})
  })

  it('names a target as autoscalers do, and else by itself', () => {
    const ref = { ...north.ref, locator: { namespace: 'llm', name: 'llama-north' } }
    const named = wantedNow({
      stored: {
        version: 1,
        outcome: { status: 'planned', plan: planIn('eu-north', [2, 2]) },
        validUntilMs: startMs + HOUR_MS,
      },
      targets: [{ ...north, ref }, central],
      stopped: false,
      nowMs: startMs,
    })
    expect(named.map(({ namespace, name }) => [namespace, name])).toEqual([
      ['llm', 'llama-north'],
      ['eu-central', centralId],
    ])
  })
})
