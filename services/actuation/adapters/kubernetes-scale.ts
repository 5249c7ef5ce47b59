import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { NotFound, Unsupported, UpstreamMalformed } from '../../domain/errors.ts'
import type { BackendDriver, Written } from '../driver.ts'
import { type GuardDeps, guardedBackend } from '../guarded-backend.ts'
import {
  type KubernetesApi,
  type KubernetesLocator,
  type KubernetesObject,
  listPath,
  locatorOf,
  missingAccess,
  objectPath,
} from '../kubernetes.ts'
import {
  type ApplyContext,
  type Capabilities,
  exactly,
  type InferenceBackend,
  type Observed,
  type Owner,
} from '../port.ts'
import { pausedOrFenced } from '../stamps.ts'
import { horizontalPodAutoscaler, scaledObject, steers } from './autoscaler-kinds.ts'
import {
  accessTo,
  type ObjectKind,
  patchObject,
  releaseObject,
  stampsOf,
} from './kubernetes-object.ts'
import { sharedLook } from './shared-look.ts'
import { humanOwners, readinessOf } from './workload-readiness.ts'

export interface KubernetesScaleOptions {
  /** `v1` for API servers before 1.23. */
  readonly hpaVersion?: 'v1' | 'v2'
}

interface Autoscaler {
  readonly kind: ObjectKind
  readonly locator: KubernetesLocator
  readonly object: KubernetesObject
}

interface Seen {
  readonly object: KubernetesObject
  readonly autoscalers: readonly Autoscaler[]
}

const replicasShape = Compile(
  Type.Object({ spec: Type.Object({ replicas: Type.Integer({ minimum: 0 }) }) }),
)
const CAPABILITIES: Omit<Capabilities, 'missing'> = {
  supports: ['replicas'],
  scaleToZero: true,
  exact: true,
  dryRun: 'server',
  preconditions: true,
}
/** Kinds whose bare locator is `namespace` and `name`. */
const DEFAULT_KIND = { group: 'apps', version: 'v1', plural: 'deployments' }

/**
 * Any kind with the scale subresource and `.spec.replicas`: Deployment, StatefulSet,
 * LeaderWorkerSet, Rollout, StormService, Dynamo's scaling adapter.
 *
 * An autoscaler on the target would revert a direct write within seconds, so one is looked for
 * before each write; with `onForeignOwner: 'bounds'` its bounds are steered instead.
 *
 * Locator: `namespace`, `name`, and `group`, `version`, `plural` where it is not a Deployment.
 */
export function kubernetesScale(
  api: KubernetesApi,
  deps: GuardDeps,
  { hpaVersion = 'v2' }: KubernetesScaleOptions = {},
): InferenceBackend {
  const hpa = horizontalPodAutoscaler(hpaVersion)
  const readingFrom =
    (source: Pick<KubernetesApi, 'get' | 'list'>): BackendDriver<Seen>['read'] =>
    async (target, abort) => {
      const locator = locatorOf(target, DEFAULT_KIND)
      const [object, autoscalers] = await Promise.all([
        source.get(objectPath(locator), abort),
        autoscalersOf(source, hpa, locator, abort),
      ])
      const raw = { object, autoscalers }
      return { seen: observedOf(raw, deps.nowMs()), raw }
    }

  const driver: BackendDriver<Seen> = {
    type: 'kubernetes-scale',
    supports: CAPABILITIES.supports,
    dryRun: CAPABILITIES.dryRun,

    async probe(target, abort) {
      const locator = locatorOf(target, DEFAULT_KIND)
      const missing = await missingAccess(
        api,
        [
          ...accessTo(locator, ['get', 'patch']),
          ...accessTo(locator, ['patch'], 'scale'),
          ...accessTo({ ...hpa, namespace: locator.namespace, name: '' }, ['list']),
        ],
        abort,
      )
      // The subresource of a missing object and a missing subresource both answer 404.
      if (missing.length === 0) await api.get(`${objectPath(locator)}/scale`, abort)
      return {
        ...CAPABILITIES,
        missing,
      }
    },

    read: readingFrom(api),
    together: (targets) => {
      const paths = targets.map((target) => objectPath(locatorOf(target, DEFAULT_KIND)))
      return { read: readingFrom(sharedLook(api, paths)) }
    },

    async write(target, desired, { raw: { object, autoscalers } }, context) {
      const locator = locatorOf(target, DEFAULT_KIND)
      const { min, max } = desired.replicas!
      const [autoscaler] = autoscalers
      if (autoscaler && max > 0 && context.onForeignOwner === 'bounds') {
        return steerBounds(api, autoscaler, locator, object, { min, max }, context)
      }
      if (!autoscaler && min !== max) {
        throw new Unsupported(`${target.id}: without an autoscaler a count is exact`)
      }
      const version = await scaleTo(api, locator, object, min, context)
      const warnings =
        autoscaler && max > 0 ? [`${autoscaler.object.metadata.name} will revert this`] : []
      const others = autoscalers.map((one) => one.object.metadata.resourceVersion)
      return { mode: 'direct', warnings, version: [version, ...others].join('+') }
    },

    async release(target, _before, { raw: { object, autoscalers } }, context) {
      for (const { locator, object: autoscaler } of autoscalers) {
        await releaseObject(api, locator, autoscaler, context)
      }
      await releaseObject(api, locatorOf(target, DEFAULT_KIND), object, context)
    },
  }

  return guardedBackend(driver, deps)
}

/** Everything that steers this workload, by the name it targets. */
async function autoscalersOf(
  api: Pick<KubernetesApi, 'list'>,
  hpa: ObjectKind,
  { namespace, name }: KubernetesLocator,
  abort?: AbortSignal,
): Promise<readonly Autoscaler[]> {
  const found = await Promise.all(
    [scaledObject, hpa].map(async (kind) => {
      const { group, version, plural } = kind
      const objects = await api
        .list(listPath({ group, version, plural, namespace }), abort)
        .catch((error: unknown) => {
          if (error instanceof NotFound) return [] // this cluster has no such kind
          throw error
        })
      return objects
        .filter((object) => steers(object, name))
        .map((object) => ({
          kind,
          object,
          locator: { group, version, plural, namespace, name: object.metadata.name },
        }))
    }),
  )
  const [byKeda, byHpa] = found
  // KEDA makes an HPA of its own for each ScaledObject and puts it back when it is changed.
  return byKeda!.length > 0 ? byKeda! : byHpa!
}

async function steerBounds(
  api: KubernetesApi,
  { kind, locator: at, object: autoscaler }: Autoscaler,
  locator: KubernetesLocator,
  object: KubernetesObject,
  replicas: { min: number; max: number },
  context: ApplyContext,
): Promise<Written> {
  const written = await patchObject(api, kind, at, autoscaler, { replicas }, context)
  // At zero an autoscaler switches itself off until somebody else scales to one or more.
  const asleep = kind !== scaledObject && replicasOf(object) === 0
  const version = asleep
    ? await scaleTo(api, locator, object, replicas.min, context)
    : object.metadata.resourceVersion
  return { ...written, version: `${version}+${written.version}` }
}

/**
 * The stamp first: its new version shuts out whoever decided before us. Then the count.
 *
 * @returns the object's version after both
 */
async function scaleTo(
  api: KubernetesApi,
  locator: KubernetesLocator,
  object: KubernetesObject,
  replicas: number,
  { dryRun, abort, ...context }: ApplyContext,
): Promise<string> {
  const path = objectPath(locator)
  let { resourceVersion } = object.metadata
  if (!dryRun) {
    const annotations = stampsOf(context, object, {})
    const body = { metadata: { resourceVersion, annotations } }
    resourceVersion = (await api.mergePatch(path, body, { abort })).metadata.resourceVersion
  }
  const body = { metadata: { resourceVersion }, spec: { replicas } }
  const scaled = await api.mergePatch(`${path}/scale`, body, { dryRun, abort })
  return scaled.metadata.resourceVersion
}

function replicasOf(object: KubernetesObject): number {
  if (replicasShape.Check(object)) return object.spec.replicas
  throw new UpstreamMalformed(`${object.metadata.name} has no /spec/replicas`, {
    upstream: 'kubernetes',
  })
}

function observedOf({ object, autoscalers }: Seen, observedAtMs: number): Observed {
  const replicas = replicasOf(object)
  const readiness = readinessOf(object, replicas)
  const marks = [object, ...autoscalers.map((scaler) => scaler.object)].map(pausedOrFenced)
  const fences = marks.flatMap(({ fence }) => fence ?? [])
  const [autoscaler] = autoscalers
  // At zero the autoscaler has switched itself off, and the count is the truth.
  const bounds =
    replicas > 0 ? autoscaler?.kind.look(autoscaler.object).desired.replicas : undefined
  const inBounds = !bounds || (replicas >= bounds.min && replicas <= bounds.max)
  return {
    ...readiness,
    desired: { replicas: bounds ?? exactly(replicas) },
    elastic: bounds !== undefined,
    settled: readiness.settled && inBounds,
    // Either of them moving on makes a decision stale.
    version: marks.map(({ version }) => version).join('+'),
    paused: marks.some(({ paused }) => paused),
    owners: [...autoscalers.map(ownerOf), ...humanOwners(object)],
    ...(fences.length > 0 && { fence: Math.max(...fences) }),
    observedAtMs,
  }
}

const ownerOf = ({ kind, object }: Autoscaler): Owner => ({
  who: `${kind.plural}/${object.metadata.name}`,
  how: kind === scaledObject ? 'keda' : 'hpa',
  field: 'replicas',
})
