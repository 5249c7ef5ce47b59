import { Fenced, UpstreamMalformed } from '../../domain/errors.ts'
import type { BackendDriver, Written } from '../driver.ts'
import {
  ANNOTATION,
  type KubernetesAccess,
  type KubernetesApi,
  type KubernetesLocator,
  type KubernetesObject,
  locatorOf,
  missingAccess,
  objectPath,
} from '../kubernetes.ts'
import { inversePatch, joinPatches } from '../merge-patch.ts'
import type { ApplyContext, Capabilities, Desired, Observed, TargetRef } from '../port.ts'
import { pausedOrFenced } from '../stamps.ts'
import { sharedLook } from './shared-look.ts'

/** How one kind of object says what it is told, and how to tell it something else. */
export interface ObjectKind {
  readonly type: string
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly capabilities: Pick<Capabilities, 'supports' | 'scaleToZero' | 'exact'>
  /** @throws UpstreamMalformed where the object is not what its kind promises */
  look(object: KubernetesObject): Look
  /**
   * A JSON merge patch with absolute values, for exactly the fields asked for.
   *
   * @throws Unsupported where this object cannot be told so
   */
  patch(desired: Desired, object: KubernetesObject): Readonly<Record<string, unknown>>
}

export type Look = Pick<Observed, 'desired' | 'settled' | 'rollingOut' | 'health'> &
  Partial<Pick<Observed, 'readyReplicas' | 'owners' | 'elastic'>> & {
    readonly warnings?: readonly string[]
  }

/** Steers one object by merge patches on it, with our stamps in the same patch. */
export function objectDriver(
  api: KubernetesApi,
  kind: ObjectKind,
  nowMs: () => number,
): BackendDriver<KubernetesObject> {
  const locate = (target: TargetRef) => locatorOf(target, kind)
  const pathOf = (target: TargetRef) => objectPath(locate(target))
  const readingFrom =
    (source: Pick<KubernetesApi, 'get'>): BackendDriver<KubernetesObject>['read'] =>
    async (target, abort) => {
      const object = await source.get(pathOf(target), abort)
      const { warnings: _, ...look } = kind.look(object)
      const seen = { owners: [], ...look, ...pausedOrFenced(object), observedAtMs: nowMs() }
      return { seen, raw: object }
    }

  return {
    type: kind.type,
    supports: kind.capabilities.supports,
    dryRun: 'server',
    async probe(target, abort) {
      const locator = locate(target)
      const missing = await missingAccess(api, accessTo(locator, ['get', 'patch']), abort)
      if (missing.length === 0) await api.get(pathOf(target), abort)
      return { ...kind.capabilities, dryRun: 'server', preconditions: true, missing }
    },
    read: readingFrom(api),
    together: (targets) => ({ read: readingFrom(sharedLook(api, targets.map(pathOf))) }),
    write: (target, desired, { raw }, context) =>
      patchObject(api, kind, locate(target), raw, desired, context),
    release: (target, _before, { raw }, context) =>
      releaseObject(api, locate(target), raw, context),
  }
}

/** One patch: the values, the stamps, the way back, all on condition of the version. */
export async function patchObject(
  api: KubernetesApi,
  kind: ObjectKind,
  locator: KubernetesLocator,
  object: KubernetesObject,
  desired: Desired,
  context: ApplyContext,
): Promise<Written> {
  const change = kind.patch(desired, object)
  const stamps = stampsOf(context, object, inversePatch(change, object))
  const annotations = {
    ...(change.metadata as { annotations?: object } | undefined)?.annotations,
    ...stamps,
  }
  const { resourceVersion } = object.metadata
  const body = { ...change, metadata: { resourceVersion, annotations } }
  const { dryRun, abort } = context
  const { metadata } = await api.mergePatch(objectPath(locator), body, { dryRun, abort })
  const warnings = kind.look(object).warnings ?? []
  return { mode: 'bounds', warnings, version: metadata.resourceVersion }
}

/** Takes back everything we changed on the object, and our stamps but for the fence. */
export async function releaseObject(
  api: KubernetesApi,
  locator: KubernetesLocator,
  object: KubernetesObject,
  context: ApplyContext,
): Promise<void> {
  const undo = undoOf(object)
  const annotations = {
    ...(undo.metadata as { annotations?: object } | undefined)?.annotations,
    [ANNOTATION.fence]: String(context.fence),
    [ANNOTATION.plan]: null,
    [ANNOTATION.key]: null,
    [ANNOTATION.before]: null,
  }
  const { resourceVersion } = object.metadata
  const body = { ...undo, metadata: { resourceVersion, annotations } }
  await api.mergePatch(objectPath(locator), body, { abort: context.abort })
}

/**
 * What a write leaves on the object; `undo` is kept from the first write until the release.
 *
 * @throws Fenced where a newer planner has stamped the object since it was decided to write
 */
export function stampsOf(
  context: ApplyContext,
  object: KubernetesObject,
  undo: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const { fence = 0 } = pausedOrFenced(object)
  if (fence > context.fence) {
    throw new Fenced(`${object.metadata.name}: fence ${context.fence} is older than ${fence}`)
  }
  return {
    [ANNOTATION.fence]: String(context.fence),
    [ANNOTATION.plan]: context.planVersion,
    [ANNOTATION.key]: context.idempotencyKey,
    [ANNOTATION.before]: JSON.stringify(joinPatches(undo, undoOf(object))),
  }
}

function undoOf(object: KubernetesObject): Readonly<Record<string, unknown>> {
  const text = object.metadata.annotations?.[ANNOTATION.before]
  if (text === undefined) return {}
  try {
    return JSON.parse(text)
  } catch {
    const message = `annotation ${ANNOTATION.before} of ${object.metadata.name} is not JSON`
    throw new UpstreamMalformed(message, { upstream: 'kubernetes' })
  }
}

export const accessTo = (
  { group, plural, namespace, name }: KubernetesLocator,
  verbs: readonly KubernetesAccess['verb'][],
  subresource?: string,
): readonly KubernetesAccess[] =>
  verbs.map((verb) => ({
    group,
    resource: plural,
    ...(subresource && { subresource }),
    namespace,
    ...(verb !== 'list' && { name }),
    verb,
  }))
