import { describe, expect, it } from 'vitest'
import { inForce, planEvents } from '../../services/pipeline/plan-events.ts'
import type { PlanOutcome } from '../../services/planning/index.ts'
import type { StoredPlan } from '../../services/plans/index.ts'
import { HOUR_MS, planOf } from '../support/plans.ts'

const noon = Date.parse('2026-07-01T12:00Z')
const planned = (...replicas: number[]): PlanOutcome => ({
  status: 'planned',
  plan: planOf(noon, replicas),
})
const stored = (outcome: PlanOutcome): StoredPlan => ({
  version: 7,
  fleetHash: 'f',
  problemDigest: 'd',
  createdAtMs: noon,
  validUntilMs: noon + HOUR_MS,
  approval: 'automatic',
  outcome,
  inputs: { zones: [] },
})
const infeasible: PlanOutcome = {
  status: 'infeasible',
  limit: 'gpus',
  words: 'eu-north has 8 H100, 12 are needed',
  relaxation: '+4 H100 in eu-north',
} as PlanOutcome

describe('planEvents', () => {
  it('tells the first plan as moves from nothing', () => {
    const [event] = planEvents(undefined, planned(2, 3), { version: 1, nowMs: noon })
    expect(event).toMatchObject({
      type: 'plan.changed',
      subject: 'plan',
      key: '1',
      data: {
        version: 1,
        previousVersion: null,
        predictedKgCo2e: 0.4,
        baselineKgCo2e: 0.9,
        from: '2026-07-01T12:00:00.000Z',
        moves: [{ region: 'eu-north', model: 'llama', replicasBefore: 0, replicas: 2 }],
      },
    })
  })

  it('is silent where the window in force asks for the same, whatever comes later', () => {
    expect(planEvents(stored(planned(2, 3)), planned(2, 9), { version: 8, nowMs: noon })).toEqual(
      [],
    )
  })

  it('looks at the window in force, not at the first one', () => {
    const [event] = planEvents(stored(planned(2, 3)), planned(2, 9), {
      version: 8,
      nowMs: noon + HOUR_MS,
    })
    expect(event?.data.moves).toEqual([expect.objectContaining({ replicasBefore: 2, replicas: 9 })])
  })

  it('tells a move that the plan before had foreseen, when it comes', () => {
    const after = planned(2, 3)
    const moment = { version: 8, nowMs: noon + HOUR_MS }
    const [event] = planEvents(stored(planned(2, 3)), after, moment)
    expect(event).toMatchObject({
      type: 'plan.changed',
      data: { moves: [{ replicasBefore: 2, replicas: 3 }] },
    })
    expect(planEvents(stored(planned(2, 3)), after, { ...moment, proposed: true })).toEqual([])
  })

  it('tells of replicas that go away altogether', () => {
    const [event] = planEvents(stored(planned(2)), planned(0), { version: 8, nowMs: noon })
    expect(event?.data.moves).toEqual([expect.objectContaining({ replicasBefore: 2, replicas: 0 })])
  })

  it('tells of an infeasible plan once, until its words change', () => {
    expect(
      planEvents(stored(planned(2)), infeasible, { version: 8, nowMs: noon })[0],
    ).toMatchObject({
      type: 'plan.infeasible',
      data: { version: 8, relaxation: '+4 H100 in eu-north' },
    })
    expect(planEvents(stored(infeasible), infeasible, { version: 9, nowMs: noon })).toEqual([])
    expect(planEvents(stored(infeasible), planned(2), { version: 9, nowMs: noon })[0]?.type).toBe(
      'plan.changed',
    )
  })

  it('calls a plan that waits for approval proposed', () => {
    const moment = { version: 1, nowMs: noon, proposed: true }
    expect(planEvents(undefined, planned(2), moment)[0]?.type).toBe('plan.proposed')
  })

  it('finds nothing in force outside the horizon', () => {
    expect(inForce(planOf(noon, [2]), noon + 2 * HOUR_MS)).toEqual([])
    expect(inForce(undefined, noon)).toEqual([])
  })
})
