import type { Backend } from './schema/backend.ts'
import type { Fleet } from './schema/fleet.ts'

/** What a plan moves replicas of. */
export interface Placement {
  readonly model: string
  readonly region: string
  readonly variant: string
}

/** What stands behind a placement: a backend of the fleet and a place in its own words. */
export interface ScaleTarget {
  /** `region/model/variant`, unique in the fleet. */
  readonly id: string
  /** Id of the backend in the fleet file. */
  readonly backend: string
  readonly locator: Readonly<Record<string, string>>
}

/**
 * The scale target of a placement: of the first backend, in the fleet's order, with a target that
 * fits it. Undefined where none does; then a plan that uses the placement cannot be carried out.
 */
export function scaleTargetOf(
  { backends }: Pick<Fleet, 'backends'>,
  placement: Placement,
): ScaleTarget | undefined {
  const { model, region, variant } = placement
  for (const backend of backends) {
    const locator = locatorIn(backend, placement)
    if (locator) return { id: `${region}/${model}/${variant}`, backend: backend.id, locator }
  }
  return undefined
}

function locatorIn(backend: Backend, placement: Placement): Record<string, string> | undefined {
  switch (backend.kind) {
    case 'dry-run':
      return backend.targets.some((target) => fits(target, placement)) ? {} : undefined
    case 'http': {
      const target = backend.targets.find((candidate) => fits(candidate, placement))
      return target && { url: filled(target.url, placement, encodeURIComponent) }
    }
    case 'kubernetes': {
      const target = backend.targets.find((candidate) => fits(candidate, placement))
      if (!target) return undefined
      const [version = '', group = ''] = target.apiVersion.split('/').reverse()
      return {
        group,
        version,
        plural: target.resource,
        namespace: filled(target.namespace, placement, kubernetesName),
        name: filled(target.name, placement, kubernetesName),
      }
    }
  }
}

const fits = (target: Partial<Placement>, placement: Placement): boolean =>
  (['model', 'region', 'variant'] as const).every(
    (part) => target[part] === undefined || target[part] === placement[part],
  )

const filled = (text: string, placement: Placement, escaped: (name: string) => string): string =>
  text.replace(/\{(model|region|variant)\}/g, (_, part: keyof Placement) =>
    escaped(placement[part]),
  )

/** Object names are lower case, by RFC 1123. */
const kubernetesName = (name: string): string => name.toLowerCase().replaceAll('_', '-')
