import { expect, it } from 'vitest'
import { exactly, type ReplicaBounds, runShift } from '../../services/actuation/index.ts'
import { CALM, SimulatedFleet, shiftWorld, siteRef } from './simulated-fleet.ts'

it('goes back to no less of a band than served when it left', async () => {
  const fleet = new SimulatedFleet({ dirty: 4 }, { dirty: 0 }, CALM)
  const tell = {
    kind: 'tell',
    target: siteRef('dirty'),
    desired: { replicas: exactly(0) },
    why: 'scale-down',
  } as const
  const steps = [tell, { kind: 'check-slo', model: 'llama' }] as const
  const shift = { id: 's1', planVersion: '7', model: 'llama', reason: 'cleaner', steps }
  const { start } = await shiftWorld(fleet, shift)
  const { backendFor } = start()
  const told: (ReplicaBounds | undefined)[] = []
  // An autoscaler of somebody else has it between 1 and 9, and at 4.
  const banded = start({
    backendFor: (target) => ({
      ...backendFor(target),
      observe: async (ref) => {
        const seen = await backendFor(ref).observe(ref)
        const band = seen.desired.replicas?.min === 4 ? { min: 1, max: 9 } : seen.desired.replicas!
        return { ...seen, desired: { replicas: band } }
      },
      apply: (ref, desired, context) => {
        told.push(desired.replicas)
        return backendFor(ref).apply(ref, desired, context)
      },
    }),
    slo: async () => 'burning',
  })
  expect(await runShift('s1', banded)).toMatchObject({ status: 'rolled-back' })
  expect(told).toEqual([exactly(0), { min: 4, max: 9 }])
})
