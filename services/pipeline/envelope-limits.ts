import {
  type AuditLog,
  type EnvelopeLimits,
  type KnownGood,
  quotaKey,
  type SteeredTarget,
} from '../actuation/index.ts'
import type { Window } from '../domain/window.ts'
import type { Fleet } from '../fleet/index.ts'
import type { Plan } from '../planning/index.ts'
import { plannedTokensPerSecond } from './demand-growth.ts'
import { windowAt } from './plan-events.ts'
import type { ServingNow } from './serving-now.ts'

export interface EnvelopeFacts {
  readonly fleet: Fleet
  readonly plan: Plan
  readonly targets: readonly SteeredTarget[]
  /** How the models are doing; unknown is neither burning nor a demand. */
  readonly serving: readonly ServingNow[]
  readonly audit: Pick<AuditLog, 'since'>
  readonly knownGood: Pick<KnownGood, 'all'>
  readonly nowMs: number
}

/** What the safety envelope holds of this fleet in the window in force. */
export async function envelopeLimits(facts: EnvelopeFacts): Promise<EnvelopeLimits> {
  const { fleet, plan, serving, knownGood, nowMs } = facts
  const window = windowAt(plan, nowMs)
  const { maxChangedGpusPerWindow = Number.POSITIVE_INFINITY, minDwellMinutes } = fleet.policy
  return {
    models: Object.fromEntries(
      fleet.models.map(({ id, minReplicas }) => {
        const now = serving.find(({ model }) => model === id)
        const planned = plannedTokensPerSecond(plan, window, id)
        // Planned demand is a high quantile with its headroom already (`planning.demandQuantile`,
        // `demandHeadroom`): nothing is added to it, but what is asked for right now counts too.
        const tokensPerSecond = Math.max(planned, now?.outputTokensPerSecond ?? 0)
        return [id, { minReplicas, tokensPerSecond, sloBurning: now?.slo === 'burning' }]
      }),
    ),
    quotaGpus: quotaOf(fleet),
    maxChangedGpus: maxChangedGpusPerWindow,
    changedGpus: Number.isFinite(maxChangedGpusPerWindow)
      ? await changedGpus(facts, plan.windows[window])
      : {},
    minDwellMs: minDwellMinutes * 60_000,
    maxUnreadyRatio: 0.45,
    lastKnownGood: await knownGood.all(),
  }
}

/** GPUs of the fleet file, by `quotaKey`. */
export const quotaOf = ({ regions }: Fleet): Record<string, number> =>
  Object.fromEntries(
    regions.flatMap(({ id, gpus }) =>
      gpus.map(({ type, count }) => [quotaKey({ region: id, gpu: type }), count]),
    ),
  )

/** GPUs that have changed hands since the window began, by region, as the audit log tells. */
async function changedGpus(
  { targets, audit }: EnvelopeFacts,
  window: Window | undefined,
): Promise<Record<string, number>> {
  const changed: Record<string, number> = {}
  if (!window) return changed
  const byId = new Map(targets.map((target) => [target.ref.id, target]))
  for (const entry of await audit.since(window.startMs, [...byId.keys()])) {
    const { targetId, before, after, result } = entry
    if (result !== 'accepted' || !before?.replicas || !after.replicas) continue
    const { region, gpusPerReplica } = byId.get(targetId)!
    const gpus = Math.abs(after.replicas.min - before.replicas.min) * gpusPerReplica
    changed[region] = (changed[region] ?? 0) + gpus
  }
  return changed
}
