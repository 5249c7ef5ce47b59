import type { PowerTarget, SteeredTarget } from '../actuation/index.ts'
import type { OperatingPoint } from '../fitting/index.ts'
import { type Fleet, type Placement, powerTargetsOf, scaleTargetOf } from '../fleet/index.ts'
import type { Plan } from '../planning/index.ts'

/**
 * What of the fleet the plan has anything to say about, and what runs from plans before: each as a
 * scale target of the first backend that declares it. A place that no backend declares is left out.
 *
 * @param pointsByModel operating points, by model id
 * @param known ids of targets that were told something before
 */
export function steeredTargets(
  fleet: Fleet,
  plan: Plan,
  pointsByModel: ReadonlyMap<string, readonly OperatingPoint[]>,
  known: ReadonlySet<string>,
): readonly SteeredTarget[] {
  const peaks = peakReplicas(plan)
  return placesOf(fleet, pointsByModel).flatMap(({ point, ...place }): readonly SteeredTarget[] => {
    const id = targetId(place)
    const peak = peaks.get(id) ?? 0
    const target = peak > 0 || known.has(id) ? scaleTargetOf(fleet, place) : undefined
    if (!target) return []
    const { floorReplicas, ...ref } = target
    const power = powerOf(fleet, place, point, known)
    return [
      {
        ref: { ...ref, kind: 'replicas', region: place.region },
        region: place.region,
        model: place.model,
        pointId: point.id,
        gpu: point.variant.gpu,
        gpusPerReplica: point.gpusPerReplica,
        capacityTokensPerSecond: point.capacityTokensPerSecond,
        floorReplicas,
        safeReplicas: fleet.safeState.state === 'peak' ? peak : 0,
        maxInFlight: point.variant.maxBatch,
        ...(power.length > 0 && { power }),
      },
    ]
  })
}

/** GPUs at their board's default, and never told otherwise, are left alone. */
function powerOf(
  fleet: Fleet,
  place: Placement,
  { variant }: OperatingPoint,
  known: ReadonlySet<string>,
): readonly PowerTarget[] {
  const capWatts = variant.powerCapWatts ?? 'default'
  return powerTargetsOf(fleet, place)
    .filter(({ id }) => capWatts !== 'default' || known.has(id))
    .map((target) => ({ ref: { ...target, kind: 'power', region: place.region }, capWatts }))
}

/** Every variant in every region that has its GPU type. */
function placesOf(
  { regions, models }: Fleet,
  pointsByModel: ReadonlyMap<string, readonly OperatingPoint[]>,
): readonly (Placement & { readonly point: OperatingPoint })[] {
  return regions.flatMap(({ id: region, gpus }) =>
    models.flatMap(({ id: model }) =>
      (pointsByModel.get(model) ?? [])
        .filter(({ variant }) => gpus.some(({ type }) => type === variant.gpu))
        .map((point) => ({ region, model, variant: point.id, point })),
    ),
  )
}

/** As the fleet names its scale targets. */
export const targetId = ({ model, region, variant }: Placement): string =>
  `${region}/${model}/${variant}`

function peakReplicas({ assignments }: Plan): Map<string, number> {
  const peaks = new Map<string, number>()
  for (const { model, region, pointId: variant, replicas } of assignments) {
    const id = targetId({ model, region, variant })
    peaks.set(id, Math.max(replicas, peaks.get(id) ?? 0))
  }
  return peaks
}
