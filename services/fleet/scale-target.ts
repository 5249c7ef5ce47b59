import { fill, fits, type Placement } from './placement.ts'
import type { Backend } from './schema/backend.ts'
import type { Fleet } from './schema/fleet.ts'

/** What stands behind a placement: a backend of the fleet and a place in its own words. */
export interface ScaleTarget {
  /** `region/model/variant`, unique in the fleet. */
  readonly id: string
  /** Id of the backend in the fleet file. */
  readonly backend: string
  readonly locator: Readonly<Record<string, string>>
  /** Kept whatever the plan says. */
  readonly floorReplicas: number
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
    const targets: readonly Target[] = backend.targets
    const target = targets.find((one) => fits(one, placement))
    if (!target) continue
    return {
      id: `${region}/${model}/${variant}`,
      backend: backend.id,
      locator: locatorOf(target, placement),
      floorReplicas: target.floorReplicas,
    }
  }
  return undefined
}

type Target = Backend['targets'][number]

/** Each field of a target in the words its adapter reads; see the adapters' own notes. */
function locatorOf(target: Target, placement: Placement): Record<string, string> {
  const { plain, baseUrl, inUrl, kubernetesName } = fill(placement)
  if ('namespace' in target || 'name' in target) return objectOf(target, kubernetesName)
  if ('urls' in target) {
    const urls = target.urls.map(baseUrl).join(' ')
    return { urls, ...('loads' in target && { model: plain(target.loads) }) }
  }
  if ('deployment' in target) {
    const { url, app, deployment } = target
    return { url: baseUrl(url), app: plain(app), deployment: plain(deployment) }
  }
  if ('url' in target) return { url: inUrl(target.url) }
  if (!('locator' in target)) return {}
  return Object.fromEntries(
    Object.entries(target.locator).map(([name, text]) => [name, plain(text)]),
  )
}

type ObjectTarget = Extract<Target, { namespace?: string } | { name?: string }>

/** A Kubernetes object; of a dry run its name is all there is, for those who ask by it. */
function objectOf(target: ObjectTarget, filled: (text: string) => string): Record<string, string> {
  const { namespace, name } = target
  const apiVersion = 'apiVersion' in target ? target.apiVersion : undefined
  return {
    ...(apiVersion !== undefined && groupVersion(apiVersion)),
    ...('resource' in target && { plural: target.resource }),
    ...(namespace !== undefined && { namespace: filled(namespace) }),
    ...(name !== undefined && { name: filled(name) }),
  }
}

/** `v1` alone is the core group. */
function groupVersion(apiVersion: string): { group: string; version: string } {
  const [version = '', group = ''] = apiVersion.split('/').reverse()
  return { group, version }
}
