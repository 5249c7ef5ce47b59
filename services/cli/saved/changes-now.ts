import { lookAtTargets } from '../../pipeline/look-at-targets.ts'
import { inForce } from '../../pipeline/plan-events.ts'
import { refitModels } from '../../pipeline/refit-models.ts'
import { targetId } from '../../pipeline/steered-targets.ts'
import type { Plan } from '../../planning/index.ts'
import { targetsOf } from '../../wiring/acting-steps.ts'
import type { Service } from '../../wiring/service.ts'
import { stepPorts } from '../../wiring/steps.ts'

/** Replicas of one layout in one region: what runs, or is planned first, and what is planned then. */
export interface Change {
  readonly region: string
  readonly model: string
  readonly variant: string
  /** Absent where it cannot be seen. */
  readonly before?: number
  readonly after: number
}

/** What carrying out a plan would change at this moment, as a fresh look at its targets finds it. */
export async function changesNow(service: Service, plan: Plan): Promise<readonly Change[]> {
  // Targets are named by layouts, and layouts come from fits: a state that is new has none yet.
  const { refitModels: ports } = stepPorts(service)
  for (const { id } of service.fleet.models) await refitModels(ports, { model: id })
  const targets = await targetsOf(service, plan)
  const seen = await lookAtTargets(
    service.backend,
    targets.map(({ ref }) => ref),
  )
  const wanted = new Map(
    inForce(plan, service.nowMs()).map(({ region, model, pointId: variant, replicas }) => [
      targetId({ region, model, variant }),
      replicas,
    ]),
  )
  return targets.flatMap(({ ref, region, model, pointId: variant }) => {
    const before = seen[ref.id]?.desired.replicas?.min
    const after = wanted.get(ref.id) ?? 0
    if (before === after) return []
    return [{ region, model, variant, ...(before !== undefined && { before }), after }]
  })
}
