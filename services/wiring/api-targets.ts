import type { Observed, SteeredTarget, WantedTarget } from '../actuation/index.ts'
import type { TenantPorts } from '../api/index.ts'
import { AppError } from '../domain/errors.ts'
import { lookAtTargets } from '../pipeline/look-at-targets.ts'
import { wantedNow } from '../pipeline/wanted-now.ts'
import { sharedRead } from '../platform/shared-read.ts'
import { targetsOf } from './acting-steps.ts'
import type { Service } from './service.ts'

type TargetView = Awaited<ReturnType<TenantPorts['targets']['list']>>[number]

/** Autoscalers poll, each target by itself and KEDA twice: one look at the plan answers them all. */
const SHARED_MS = 1_000
/** Metrics are scraped; backends are not asked more often than this for it. */
const OBSERVED_MS = 15_000

/** Scale targets: what is asked of each, and what it is now. */
export function targetReader(service: Service): TenantPorts['targets'] {
  const { nowMs, stores } = service
  const now = sharedRead(
    async () => {
      const stored = await stores.plans.current()
      const stopped = (await service.stopped()) !== undefined
      const targets =
        stored?.outcome.status === 'planned' ? await targetsOf(service, stored.outcome.plan) : []
      const wanted = wantedNow({ stored, targets, stopped, nowMs: nowMs() })
      return { version: stored?.version ?? 0, targets, wanted: byId(wanted) }
    },
    { forMs: SHARED_MS, nowMs },
  )
  const observed = sharedRead(
    async () => {
      const { targets } = await now()
      const refs = targets
        .map(({ ref }) => ref)
        .filter(({ backend }) => tellsCounts(service, backend))
      return lookAtTargets(service.backend, refs)
    },
    { forMs: OBSERVED_MS, nowMs },
  )
  return {
    async list() {
      const { targets, wanted } = await now()
      return Promise.all(
        targets.map(async (target) =>
          view(target, wanted.get(target.ref.id), await look(service, target)),
        ),
      )
    },
    async desired(id) {
      const { wanted, version } = await now()
      const target = wanted.get(id)
      if (!target) return undefined
      const { replicas } = target
      return { desiredReplicas: replicas, active: replicas > 0 ? 1 : 0, planVersion: version }
    },
    async wanted() {
      const { wanted } = await now()
      return [...wanted.values()]
    },
    async wantedBesideCurrent() {
      const [{ wanted }, seen] = [await now(), await observed()]
      return [...wanted.values()].map((target) => {
        const currentReplicas = seen[target.targetId]?.readyReplicas
        return { ...target, ...(currentReplicas !== undefined && { currentReplicas }) }
      })
    },
  }
}

const byId = (wanted: readonly WantedTarget[]): ReadonlyMap<string, WantedTarget> =>
  new Map(wanted.map((target) => [target.targetId, target]))

/** A dry run knows only what it was told, which says nothing of what runs. */
const tellsCounts = ({ fleet }: Service, id: string): boolean =>
  fleet.backends.some((backend) => backend.id === id && backend.kind !== 'dry-run')

/** @returns a sentence where the target cannot be seen */
const look = ({ backend }: Service, { ref }: SteeredTarget): Promise<Observed | string> =>
  backend(ref.backend)
    .observe(ref)
    .catch((error: unknown) => {
      if (error instanceof AppError) return error.message
      throw error
    })

function view(
  { ref: { id, kind, region, backend } }: SteeredTarget,
  wanted: WantedTarget | undefined,
  seen: Observed | string,
): TargetView {
  const asked = wanted && { replicas: { min: wanted.replicas, max: wanted.replicas } }
  const base = { id, kind, region, backend, ...(asked && { wanted: asked }) }
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
    status: paused ? 'paused' : statusOf(seen, wanted),
  }
}

/** Of a target that nothing is asked of now, what it is, is right. */
function statusOf(
  { desired, settled, elastic }: Observed,
  wanted?: WantedTarget,
): 'synced' | 'moving' {
  const { min, max } = desired.replicas ?? {}
  const replicas = wanted?.replicas ?? min
  // An autoscaler may have been left room above what is wanted.
  const told = min === replicas && (elastic || max === replicas)
  return told && settled ? 'synced' : 'moving'
}
