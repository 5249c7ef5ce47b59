import type { SteeredTarget, TargetRef } from '../actuation/index.ts'
import type { OperatingPoint } from '../fitting/index.ts'
import type { Backend, Fleet } from '../fleet/index.ts'
import type { Plan } from '../planning/index.ts'

/** One variant of one model in one region. */
interface Place {
  readonly model: string
  readonly region: string
  readonly variant: string
}

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
    const ref = peak > 0 || known.has(id) ? targetRef(fleet.backends, place) : undefined
    if (!ref) return []
    return [
      {
        ref,
        region: place.region,
        model: place.model,
        pointId: point.id,
        gpu: point.variant.gpu,
        gpusPerReplica: point.gpusPerReplica,
        capacityTokensPerSecond: point.capacityTokensPerSecond,
        floorReplicas: 0,
        safeReplicas: fleet.safeState.state === 'peak' ? peak : 0,
      },
    ]
  })
}

/** Every variant in every region that has its GPU type. */
function placesOf(
  { regions, models }: Fleet,
  pointsByModel: ReadonlyMap<string, readonly OperatingPoint[]>,
): readonly (Place & { readonly point: OperatingPoint })[] {
  return regions.flatMap(({ id: region, gpus }) =>
    models.flatMap(({ id: model }) =>
      (pointsByModel.get(model) ?? [])
        .filter(({ variant }) => gpus.some(({ type }) => type === variant.gpu))
        .map((point) => ({ region, model, variant: point.id, point })),
    ),
  )
}

/** Readable and unique in the fleet. */
export const targetId = ({ model, region, variant }: Place): string =>
  `${region}/${model}/${variant}`

function peakReplicas({ assignments }: Plan): Map<string, number> {
  const peaks = new Map<string, number>()
  for (const { model, region, pointId: variant, replicas } of assignments) {
    const id = targetId({ model, region, variant })
    peaks.set(id, Math.max(replicas, peaks.get(id) ?? 0))
  }
  return peaks
}

/** The first declared target that fits: an entry matches all of what it leaves out. */
function targetRef(backends: readonly Backend[], place: Place): TargetRef | undefined {
  for (const backend of backends) {
    for (const target of backend.targets) {
      const fits =
        (target.model ?? place.model) === place.model &&
        (target.region ?? place.region) === place.region &&
        (target.variant ?? place.variant) === place.variant
      if (!fits) continue
      return {
        id: targetId(place),
        kind: 'replicas',
        region: place.region,
        backend: backend.id,
        locator: locatorOf(backend, target, place),
      }
    }
  }
  return undefined
}

type Target = Backend['targets'][number]

function locatorOf(backend: Backend, target: Target, place: Place): Record<string, string> {
  const filled = (text: string) =>
    text.replaceAll(/\{(model|region|variant)\}/g, (_, name: keyof Place) => place[name])
  if (backend.kind === 'http' && 'url' in target) return { url: filled(target.url) }
  if (backend.kind === 'kubernetes' && 'namespace' in target) {
    const [group = '', version = target.apiVersion] = target.apiVersion.includes('/')
      ? target.apiVersion.split('/')
      : ['', target.apiVersion]
    return {
      group,
      version,
      plural: target.resource,
      namespace: filled(target.namespace),
      name: filled(target.name),
    }
  }
  return {}
}
