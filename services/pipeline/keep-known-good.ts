import { type KnownGood, standingReplicas } from '../actuation/index.ts'
import type { FleetSight } from './look-at-fleet.ts'
import type { Motion } from './shift-motion.ts'

/**
 * Remembers the counts of models that keep every promise and hold still, for when they no longer
 * do: the envelope brings a burning model back to at least these.
 */
export async function keepKnownGood(
  knownGood: KnownGood,
  { targets, observed, serving, nowMs }: FleetSight,
  motions: ReadonlyMap<string, Motion>,
): Promise<void> {
  const kept = serving.filter(({ slo, model }) => slo === 'ok' && motions.get(model) === 'free')
  const counts: Record<string, number> = {}
  for (const { ref, model } of targets) {
    const seen = observed[ref.id]
    const replicas = seen && standingReplicas(seen)
    if (!seen?.settled || replicas === undefined) continue
    if (kept.some((one) => one.model === model)) counts[ref.id] = replicas
  }
  if (Object.keys(counts).length > 0) await knownGood.keep(counts, nowMs)
}
