import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Unsupported, UpstreamMalformed } from '../../domain/errors.ts'
import type { KubernetesObject } from '../kubernetes.ts'
import { exactly, type ReplicaBounds } from '../port.ts'
import type { Look, ObjectKind } from './kubernetes-object.ts'

const Count = Type.Integer({ minimum: 0 })
const ScaleTarget = Type.Object({ kind: Type.Optional(Type.String()), name: Type.String() })
const hpaShape = Compile(
  Type.Object({
    spec: Type.Object({
      scaleTargetRef: ScaleTarget,
      minReplicas: Type.Optional(Count),
      maxReplicas: Count,
      metrics: Type.Optional(Type.Array(Type.Unknown())),
    }),
    status: Type.Optional(Type.Object({ currentReplicas: Type.Optional(Count) })),
  }),
)
const scaledObjectShape = Compile(
  Type.Object({
    spec: Type.Object({
      scaleTargetRef: ScaleTarget,
      minReplicaCount: Type.Optional(Count),
      maxReplicaCount: Type.Optional(Count),
    }),
  }),
)

/** KEDA's own defaults where a ScaledObject is silent. */
const KEDA_DEFAULT = { min: 0, max: 100 }
export const PAUSED_REPLICAS = 'autoscaling.keda.sh/paused-replicas'

const STEERED = { rollingOut: false, health: 'unknown' } as const

/**
 * `min = max = N` on a HorizontalPodAutoscaler: exact where a metric is not (it ignores changes
 * within 10 %), and it stays in force when every process of ours is dead.
 *
 * @param version `v1` for servers before 1.23; both carry the bounds
 */
export function horizontalPodAutoscaler(version: 'v1' | 'v2' = 'v2'): ObjectKind {
  return {
    type: 'hpa-bounds',
    group: 'autoscaling',
    version,
    plural: 'horizontalpodautoscalers',
    capabilities: { supports: ['replicas'], scaleToZero: false, exact: true },
    look(object): Look {
      if (!hpaShape.Check(object)) throw malformed('HorizontalPodAutoscaler', object)
      const bounds = { min: object.spec.minReplicas ?? 1, max: object.spec.maxReplicas }
      const current = object.status?.currentReplicas
      return {
        ...STEERED,
        elastic: true,
        desired: { replicas: bounds },
        settled: current !== undefined && current >= bounds.min && current <= bounds.max,
        warnings: runawayWarnings(object.metadata.name, object.spec.metrics ?? []),
      }
    },
    patch({ replicas }, object) {
      if (replicas!.min < 1) {
        throw new Unsupported(`${object.metadata.name}: an autoscaler keeps at least one replica`)
      }
      return { spec: { minReplicas: replicas!.min, maxReplicas: replicas!.max } }
    },
  }
}

/** The same on KEDA's ScaledObject, whose HPA is put back by KEDA and so must not be touched. */
export const scaledObject: ObjectKind = {
  type: 'scaled-object-bounds',
  group: 'keda.sh',
  version: 'v1alpha1',
  plural: 'scaledobjects',
  capabilities: { supports: ['replicas'], scaleToZero: true, exact: true },
  look: (object) => ({
    ...STEERED,
    elastic: true,
    desired: { replicas: pausedAt(object) ?? kedaBounds(object) },
    settled: true,
  }),
  patch: ({ replicas }, object) =>
    replicas!.max === 0
      ? pauseAt(0)
      : {
          ...(pausedAt(object) && pauseAt(null)),
          spec: { minReplicaCount: replicas!.min, maxReplicaCount: replicas!.max },
        },
}

/** Pauses KEDA at an exact count. Releasing removes the annotation, and KEDA takes over again. */
export const kedaPause: ObjectKind = {
  ...scaledObject,
  type: 'keda-pause',
  look: (object) => ({ ...scaledObject.look(object), elastic: false }),
  patch({ replicas }, object) {
    if (replicas!.min !== replicas!.max) {
      throw new Unsupported(`${object.metadata.name}: a pause holds one exact count`)
    }
    return pauseAt(replicas!.max)
  },
}

/** Does this autoscaler steer that workload? */
export function steers(autoscaler: KubernetesObject, name: string, kind?: string): boolean {
  const { scaleTargetRef } = autoscaler.spec as { scaleTargetRef?: { name: string; kind?: string } }
  if (scaleTargetRef?.name !== name) return false
  return kind === undefined || scaleTargetRef.kind === undefined || scaleTargetRef.kind === kind
}

const pauseAt = (replicas: number | null) => ({
  metadata: {
    annotations: { [PAUSED_REPLICAS]: replicas === null ? null : String(replicas) },
  },
})

function pausedAt(object: KubernetesObject): ReplicaBounds | undefined {
  const text = object.metadata.annotations?.[PAUSED_REPLICAS]
  if (text === undefined) return undefined
  if (!/^\d+$/.test(text)) throw malformed('ScaledObject', object)
  return exactly(Number(text))
}

function kedaBounds(object: KubernetesObject): ReplicaBounds {
  if (!scaledObjectShape.Check(object)) throw malformed('ScaledObject', object)
  const { minReplicaCount = KEDA_DEFAULT.min, maxReplicaCount = KEDA_DEFAULT.max } = object.spec
  return { min: minReplicaCount, max: maxReplicaCount }
}

interface ExternalMetric {
  readonly type?: string
  readonly external?: { readonly target?: { readonly type?: string } }
}

/** A wanted count fed in as `Value` multiplies itself at each sync: 2, 6, 18, up to the maximum. */
function runawayWarnings(name: string, metrics: readonly unknown[]): readonly string[] {
  const runaway = (metrics as readonly ExternalMetric[]).some(
    ({ type, external }) => type === 'External' && external?.target?.type === 'Value',
  )
  return runaway
    ? [`${name}: an external metric of type Value grows without bound if it counts replicas`]
    : []
}

const malformed = (kind: string, { metadata }: KubernetesObject) =>
  new UpstreamMalformed(`${metadata.name} is not a ${kind} we understand`, {
    upstream: 'kubernetes',
  })
