import { fill, fits, type Placement } from './placement.ts'
import type { Fleet } from './schema/fleet.ts'
import type { Route } from './schema/route.ts'

/** One split of one model's traffic, and a place in its router's own words. */
export interface RouteTarget {
  /** Unique in the fleet. */
  readonly id: string
  /** Key of the router among everything that is steered. */
  readonly backend: string
  readonly locator: Readonly<Record<string, string>>
  /** Only traffic of this origin goes through it; undefined: of all. */
  readonly origin?: string
  /** Only this region is behind it; undefined: all. */
  readonly region?: string
  /** The router's name for what serves a placement. */
  nameOf(placement: Placement): string
}

/** Everything that splits the traffic of a model, in the fleet's order. */
export function routeTargetsOf(
  { routes }: Pick<Fleet, 'routes'>,
  model: string,
): readonly RouteTarget[] {
  return routes.flatMap((route) => {
    const targets: readonly Target[] = route.targets
    return targets.flatMap((target, entry): readonly RouteTarget[] => {
      if (!fits({ ...target, region: undefined }, { model })) return []
      const { origin, region } = target
      return [
        {
          id: `routes/${route.id}/${entry}/${model}`,
          backend: `routes/${route.id}`,
          locator: locatorOf(target, { model, ...(region !== undefined && { region }) }),
          ...(origin !== undefined && { origin }),
          ...(region !== undefined && { region }),
          nameOf: (placement) =>
            route.kind === 'litellm'
              ? fill(placement).plain(target.backend)
              : fill(placement).kubernetesName(target.backend),
        },
      ]
    })
  })
}

type Target = Route['targets'][number]

function locatorOf(target: Target, scope: Partial<Placement>): Record<string, string> {
  const { plain, baseUrl, kubernetesName } = fill(scope)
  if ('url' in target) return { url: baseUrl(target.url), model: plain(target.name) }
  const { namespace, name, rule } = target
  return { namespace: kubernetesName(namespace), name: kubernetesName(name), rule: String(rule) }
}
