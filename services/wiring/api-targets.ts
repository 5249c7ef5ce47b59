import type { Observed, SteeredTarget } from '../actuation/index.ts'
import type { TenantPorts } from '../api/index.ts'
import { AppError } from '../domain/errors.ts'
import { inForce } from '../pipeline/plan-events.ts'
import { targetId } from '../pipeline/steered-targets.ts'
import { targetsOf } from './acting-steps.ts'
import type { Service } from './service.ts'

type TargetView = Awaited<ReturnType<TenantPorts['targets']['list']>>[number]

/** Scale targets: what the plan in force wants of each, and what it is now. */
export function targetReader(service: Service): TenantPorts['targets'] {
  const wanted = async () => {
    const current = await service.stores.plans.current()
    if (current?.outcome.status !== 'planned') return undefined
    const { plan } = current.outcome
    const counts = new Map(
      inForce(plan, service.nowMs()).map(({ region, model, pointId, replicas }) => [
        targetId({ region, model, variant: pointId }),
        replicas,
      ]),
    )
    return { version: current.version, counts, targets: await targetsOf(service, plan) }
  }
  return {
    async list() {
      const now = await wanted()
      if (!now) return []
      return Promise.all(
        now.targets.map(async (target) => {
          const seen = await service
            .backend(target.ref.backend)
            .observe(target.ref)
            .catch((error: unknown) => {
              if (error instanceof AppError) return error.message
              throw error
            })
          return view(target, now.counts.get(target.ref.id) ?? 0, seen)
        }),
      )
    },
    async desired(id) {
      const now = await wanted()
      if (!now?.targets.some(({ ref }) => ref.id === id)) return undefined
      const desiredReplicas = now.counts.get(id) ?? 0
      return { desiredReplicas, active: desiredReplicas > 0 ? 1 : 0, planVersion: now.version }
    },
  }
}

/** @param seen a sentence where the target cannot be seen */
function view(
  { ref: { id, kind, region, backend } }: SteeredTarget,
  replicas: number,
  seen: Observed | string,
): TargetView {
  const base = { id, kind, region, backend, wanted: { replicas: { min: replicas, max: replicas } } }
  if (typeof seen === 'string') return { ...base, status: 'unknown', words: seen }
  const { desired, readyReplicas, health, observedAtMs, paused } = seen
  return {
    ...base,
    observed: {
      health,
      observedAtMs,
      ...(desired.replicas && { replicas: desired.replicas }),
      ...(readyReplicas !== undefined && { readyReplicas }),
    },
    status: paused ? 'paused' : statusOf(seen, replicas),
  }
}

function statusOf({ desired, settled }: Observed, replicas: number): 'synced' | 'moving' {
  const told = desired.replicas?.min === replicas && desired.replicas.max === replicas
  return told && settled ? 'synced' : 'moving'
}
