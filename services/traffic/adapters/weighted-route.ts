import {
  type BackendDriver,
  type GuardDeps,
  guardedBackend,
  type InferenceBackend,
  type JsonPatchStep,
  type KubernetesApi,
  type KubernetesObject,
  locatorOf,
  objectPath,
  pausedOrFenced,
  stampSteps,
  toPercent,
  type Weights,
} from '../../actuation/index.ts'
import { InvalidInput } from '../../domain/errors.ts'

/** One entry of a rule's list of backends. */
export interface RouteBackend {
  readonly name: string
  /** As it counts, with the kind's default where the object is silent. */
  readonly weight: number
  readonly silent: boolean
  /** JSON Pointer of the entry. */
  readonly path: string
  /** What must be at `path` + this for the entry to be the one we mean. */
  readonly identity: { readonly path: string; readonly value: unknown }
}

/** A kind of route object that splits traffic by weights in a list. */
export interface RouteKind {
  readonly type: string
  readonly group: string
  readonly version: string
  readonly plural: string
  /** @throws NotFound | UpstreamMalformed */
  backends(route: KubernetesObject, rule: number): readonly RouteBackend[]
}

const CAPABILITIES = {
  supports: ['weightsPercent'],
  scaleToZero: true,
  exact: true,
  dryRun: 'server',
  preconditions: true,
} as const

/**
 * Weights of one rule of a route object. Locator: `namespace`, `name`, `rule` (0).
 *
 * Such lists are atomic: a merge patch would drop every backend it does not repeat. So a JSON patch
 * first tests what stands at each place, then sets the weight there and nothing else.
 */
export function weightedRoute(
  api: KubernetesApi,
  kind: RouteKind,
  deps: GuardDeps,
): InferenceBackend {
  const driver: BackendDriver<KubernetesObject> = {
    type: kind.type,
    supports: CAPABILITIES.supports,
    dryRun: CAPABILITIES.dryRun,
    async probe(target, abort) {
      const missing = await missingAccess(api, locatorOf(target, kind), abort)
      return { ...CAPABILITIES, missing }
    },
    async read(target, abort) {
      const route = await api.get(objectPath(locatorOf(target, kind)), abort)
      const weights = Object.fromEntries(
        kind.backends(route, ruleOf(target.locator)).map(({ name, weight }) => [name, weight]),
      )
      const seen = {
        desired: { weightsPercent: toPercent(weights) },
        settled: true,
        rollingOut: false,
        health: 'unknown',
        owners: [],
        ...pausedOrFenced(route),
        observedAtMs: deps.nowMs(),
      } as const
      return { seen, raw: route }
    },
    async write(target, { weightsPercent }, { raw }, context) {
      const backends = kind.backends(raw, ruleOf(target.locator))
      const steps = [
        ...stampSteps(raw, context),
        ...weightSteps(target.id, backends, weightsPercent!),
      ]
      const { dryRun, abort } = context
      await api.jsonPatch(objectPath(locatorOf(target, kind)), steps, { dryRun, abort })
      return { mode: 'direct', warnings: [] }
    },
    async release(target, before, { raw }, context) {
      const backends = kind.backends(raw, ruleOf(target.locator))
      const undo = before?.weightsPercent
        ? weightSteps(target.id, backends, before.weightsPercent)
        : []
      const steps = [...stampSteps(raw, context), ...undo]
      await api.jsonPatch(objectPath(locatorOf(target, kind)), steps, { abort: context.abort })
    },
  }
  return guardedBackend(driver, deps)
}

async function missingAccess(
  api: KubernetesApi,
  { group, plural: resource, namespace, name }: ReturnType<typeof locatorOf>,
  abort?: AbortSignal,
): Promise<readonly string[]> {
  const verbs = ['get', 'patch'] as const
  const may = await Promise.all(
    verbs.map((verb) => api.mayI({ group, resource, namespace, name, verb }, abort)),
  )
  return verbs
    .filter((_verb, index) => !may[index])
    .map((verb) => `may not ${verb} ${resource}.${group} in ${namespace}`)
}

function ruleOf({ rule = '0' }: Readonly<Record<string, string>>): number {
  if (/^\d+$/.test(rule)) return Number(rule)
  throw new InvalidInput(`rule ${rule} is no index`)
}

/** A backend that is not named gets nothing: the named shares are the whole of it. */
function weightSteps(
  id: string,
  backends: readonly RouteBackend[],
  wanted: Weights,
): readonly JsonPatchStep[] {
  const strange = Object.keys(wanted).find((name) => backends.every((one) => one.name !== name))
  if (strange) throw new InvalidInput(`${id}: the route has no backend ${strange}`)
  return backends.flatMap(({ name, silent, path, identity }): JsonPatchStep[] => [
    { op: 'test', path: `${path}${identity.path}`, value: identity.value },
    { op: silent ? 'add' : 'replace', path: `${path}/weight`, value: wanted[name] ?? 0 },
  ])
}
