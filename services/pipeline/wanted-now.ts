import type { SteeredTarget, WantedTarget } from '../actuation/index.ts'
import type { StoredPlan } from '../plans/index.ts'
import { inForce } from './plan-events.ts'
import { targetId } from './steered-targets.ts'

export interface WantedNowInput {
  readonly stored: Pick<StoredPlan, 'version' | 'outcome' | 'validUntilMs'> | undefined
  /** Everything that the plan steers. */
  readonly targets: readonly SteeredTarget[]
  /** Somebody said stop. */
  readonly stopped: boolean
  readonly nowMs: number
}

/**
 * What is asked of each target at this moment, for those who come and ask. As for targets that are
 * told: floors stand whatever the plan says; a model that the window does not mention is held; once
 * the plan has expired only the safe state is asked for. Where nothing is asked a target is absent,
 * since to an autoscaler 0 would be an order.
 */
export function wantedNow(input: WantedNowInput): readonly WantedTarget[] {
  const { stored, targets, stopped, nowMs } = input
  if (stopped || stored?.outcome.status !== 'planned') return []
  const assignments = inForce(stored.outcome.plan, nowMs)
  const counts = new Map(
    assignments.map(({ region, model, pointId, replicas }) => [
      targetId({ region, model, variant: pointId }),
      replicas,
    ]),
  )
  const mentioned = new Set(assignments.map(({ model }) => model))
  const expired = nowMs >= stored.validUntilMs
  return targets.flatMap((target) => {
    const planned = mentioned.has(target.model) ? (counts.get(target.ref.id) ?? 0) : undefined
    const replicas = expired ? safeCount(target, planned) : planned
    return replicas === undefined ? [] : [wantedOf(target, replicas)]
  })
}

/** Never less than the plan had: an expiry adds. Undefined where the safe state is to hold. */
function safeCount({ safeReplicas }: SteeredTarget, planned = 0): number | undefined {
  return safeReplicas > 0 ? Math.max(safeReplicas, planned) : undefined
}

function wantedOf(target: SteeredTarget, replicas: number): WantedTarget {
  const { ref, region, model, gpu, floorReplicas } = target
  const { namespace = region, name = ref.id } = ref.locator
  return {
    targetId: ref.id,
    namespace,
    name,
    model,
    gpu,
    replicas: Math.max(replicas, floorReplicas),
  }
}
