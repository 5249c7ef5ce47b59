import { InvalidInput } from '../domain/errors.ts'
import type { TargetRef } from './port.ts'

/** A Kubernetes object, as far as any adapter looks at it before checking more. */
export interface KubernetesObject {
  readonly metadata: {
    readonly name: string
    readonly resourceVersion: string
    readonly generation?: number
    readonly annotations?: Readonly<Record<string, string>>
    readonly managedFields?: readonly ManagedField[]
  }
  readonly spec?: unknown
  readonly status?: unknown
}

export interface ManagedField {
  readonly manager?: string
  readonly time?: string
  readonly fieldsV1?: Readonly<Record<string, unknown>>
}

export interface JsonPatchStep {
  readonly op: 'test' | 'replace' | 'add' | 'remove'
  readonly path: string
  readonly value?: unknown
}

export interface WriteOptions {
  readonly dryRun?: boolean | undefined
  /** Whose write it is said to be; `gridtide` unless said. */
  readonly fieldManager?: string | undefined
  readonly abort?: AbortSignal | undefined
}

/**
 * The few verbs of the Kubernetes API that actuation needs, by path below the server's URL.
 *
 * Merge patches only, besides JSON patch: a strategic patch answers 415 on custom resources.
 *
 * @throws NotFound (404) | Forbidden (401, 403) | Conflict (409, a failed JSON patch `test`) |
 *   InvalidInput (422, with its fields) | UpstreamUnavailable | UpstreamRefused | UpstreamMalformed
 */
export interface KubernetesApi {
  get(path: string, abort?: AbortSignal): Promise<KubernetesObject>
  list(path: string, abort?: AbortSignal): Promise<readonly KubernetesObject[]>
  mergePatch(path: string, body: object, options?: WriteOptions): Promise<KubernetesObject>
  jsonPatch(
    path: string,
    steps: readonly JsonPatchStep[],
    options?: WriteOptions,
  ): Promise<KubernetesObject>
  /** SelfSubjectAccessReview. */
  mayI(access: KubernetesAccess, abort?: AbortSignal): Promise<boolean>
}

export interface KubernetesAccess {
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  readonly namespace: string
  readonly name?: string
  readonly verb: 'get' | 'list' | 'patch' | 'create' | 'update'
}

export interface KubernetesLocator {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly namespace: string
  readonly name: string
}

/**
 * The object a target names; its locator may override the kind.
 *
 * @throws InvalidInput without a namespace or a name
 */
export function locatorOf(
  { id, locator }: TargetRef,
  { group, version, plural }: Pick<KubernetesLocator, 'group' | 'version' | 'plural'>,
): KubernetesLocator {
  const { namespace, name } = locator
  if (!namespace || !name) throw new InvalidInput(`${id}: its locator needs namespace and name`)
  return {
    group: locator.group ?? group,
    version: locator.version ?? version,
    plural: locator.plural ?? plural,
    namespace,
    name,
  }
}

/** Where the API server keeps an object; the core group has a path of its own. */
export function objectPath({ name, ...kind }: KubernetesLocator): string {
  return `${listPath(kind)}/${name}`
}

export function listPath(kind: Omit<KubernetesLocator, 'name'>): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`
  return `${root}/namespaces/${kind.namespace}/${kind.plural}`
}

/**
 * Asks the API server itself, so that a missing right shows before the first write needs it.
 *
 * @returns in words; a right without a namespace is one on the cluster
 */
export async function missingAccess(
  api: KubernetesApi,
  accesses: readonly KubernetesAccess[],
  abort?: AbortSignal,
): Promise<readonly string[]> {
  const answers = await Promise.all(accesses.map((access) => api.mayI(access, abort)))
  return accesses
    .filter((_access, index) => !answers[index])
    .map(({ verb, group, resource, subresource, namespace }) => {
      const kind = [resource, subresource].filter(Boolean).join('/')
      const where = namespace ? `in ${namespace}` : 'in the cluster'
      return `may not ${verb} ${group ? `${kind}.${group}` : kind} ${where}`
    })
}

/** Our marks on an object. They outlive us, so whoever comes next knows what we did and why. */
export const ANNOTATION = {
  fence: 'gridtide.dev/fence',
  plan: 'gridtide.dev/plan',
  key: 'gridtide.dev/idempotency-key',
  before: 'gridtide.dev/before',
  /** Set to `"true"` by a person: stops us at this object, with everything else down. */
  paused: 'gridtide.dev/paused',
} as const
