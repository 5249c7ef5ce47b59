import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Unsupported, UpstreamMalformed } from '../../domain/errors.ts'
import type { KubernetesObject } from '../kubernetes.ts'
import { exactly } from '../port.ts'
import type { Look, ObjectKind } from './kubernetes-object.ts'

const Count = Type.Integer({ minimum: 0 })
const Conditions = Type.Optional(
  Type.Array(Type.Object({ type: Type.String(), status: Type.String() })),
)
const inferenceServiceShape = Compile(
  Type.Object({
    spec: Type.Object({
      predictor: Type.Object({
        minReplicas: Type.Optional(Count),
        maxReplicas: Type.Optional(Count),
      }),
    }),
    status: Type.Optional(Type.Object({ conditions: Conditions })),
  }),
)
const Parallelism = Type.Object({
  tensor: Type.Optional(Type.Integer({ minimum: 1 })),
  pipeline: Type.Optional(Type.Integer({ minimum: 1 })),
  data: Type.Optional(Type.Integer({ minimum: 1 })),
})
const llmShape = Compile(
  Type.Object({
    spec: Type.Object({
      replicas: Type.Optional(Count),
      parallelism: Type.Optional(Parallelism),
      scaling: Type.Optional(
        Type.Object({ minReplicas: Type.Optional(Count), maxReplicas: Count }),
      ),
    }),
    status: Type.Optional(
      Type.Object({
        observedGeneration: Type.Optional(Type.Integer()),
        conditions: Conditions,
        workloads: Type.Optional(
          Type.Object({
            primary: Type.Optional(Type.Object({ readyReplicas: Type.Optional(Count) })),
          }),
        ),
      }),
    ),
  }),
)

const NO_MAXIMUM = Number.MAX_SAFE_INTEGER
const AUTOSCALER_CLASS = 'serving.kserve.io/autoscalerClass'

/**
 * KServe InferenceService: bounds through the service itself, since KServe puts its child HPA or
 * Deployment back. With the autoscaler class `external` KServe ignores bounds; such a service is
 * steered through `/scale` of its `<name>-predictor` Deployment instead.
 */
export const kserveInferenceService: ObjectKind = {
  type: 'kserve-inference-service',
  group: 'serving.kserve.io',
  version: 'v1beta1',
  plural: 'inferenceservices',
  capabilities: { supports: ['replicas'], scaleToZero: false, exact: true },
  look(object): Look {
    if (!inferenceServiceShape.Check(object)) throw malformed('an InferenceService', object)
    const { minReplicas = 1, maxReplicas } = object.spec.predictor
    // A maximum of 0 means none, as does a missing one.
    const max = maxReplicas || NO_MAXIMUM
    const health = healthOf(object.status?.conditions)
    return {
      desired: { replicas: { min: minReplicas, max } },
      elastic: true,
      settled: health === 'ok',
      rollingOut: false,
      health,
    }
  },
  patch({ replicas }, { metadata }) {
    if (metadata.annotations?.[AUTOSCALER_CLASS] === 'external') {
      throw new Unsupported(
        `${metadata.name}: scale its predictor Deployment, KServe leaves it alone`,
      )
    }
    if (replicas!.max < 1) {
      throw new Unsupported(`${metadata.name}: KServe takes a maximum of 0 for no maximum`)
    }
    const { min: minReplicas, max } = replicas!
    return { spec: { predictor: { minReplicas, maxReplicas: max === NO_MAXIMUM ? 0 : max } } }
  },
}

/**
 * KServe LLMInferenceService v1alpha2: replicas, or the bounds of its scaling where it has one (the
 * two exclude each other), and the parallelism, which its controller rolls out.
 */
export const kserveLlmInferenceService: ObjectKind = {
  type: 'kserve-llm-inference-service',
  group: 'serving.kserve.io',
  version: 'v1alpha2',
  plural: 'llminferenceservices',
  capabilities: { supports: ['replicas', 'parallelism'], scaleToZero: true, exact: true },
  look(object): Look {
    if (!llmShape.Check(object)) throw malformed('an LLMInferenceService', object)
    const { spec, status = {} } = object
    const { tensor = 1, pipeline = 1, data = 1 } = spec.parallelism ?? {}
    const ready = status.workloads?.primary?.readyReplicas
    const replicas = spec.scaling
      ? { min: spec.scaling.minReplicas ?? 1, max: spec.scaling.maxReplicas }
      : exactly(spec.replicas ?? 1)
    const upToDate = (status.observedGeneration ?? 0) >= (object.metadata.generation ?? 0)
    const health = healthOf(status.conditions)
    return {
      desired: { replicas, parallelism: { tensor, pipeline, data } },
      elastic: spec.scaling !== undefined,
      ...(ready !== undefined && { readyReplicas: ready }),
      settled: upToDate && (ready === undefined ? health === 'ok' : ready >= replicas.min),
      rollingOut: !upToDate,
      health,
      warnings: runawayWarnings(object),
    }
  },
  patch({ replicas, parallelism }, object) {
    const { scaling } = object.spec as { scaling?: unknown }
    return {
      spec: {
        ...(replicas && scaling ? { scaling: boundsOf(replicas) } : undefined),
        ...(replicas && !scaling ? { replicas: countOf(replicas, object) } : undefined),
        ...(parallelism && { parallelism }),
      },
    }
  },
}

const boundsOf = ({ min, max }: { min: number; max: number }) => ({
  minReplicas: min,
  maxReplicas: max,
})

function countOf({ min, max }: { min: number; max: number }, { metadata }: KubernetesObject) {
  if (min !== max) throw new Unsupported(`${metadata.name}: without scaling a count is exact`)
  return max
}

function healthOf(conditions: readonly { type: string; status: string }[] = []): Look['health'] {
  const ready = conditions.find(({ type }) => type === 'Ready')?.status
  if (ready === 'True') return 'ok'
  return ready === 'False' ? 'degraded' : 'unknown'
}

/** KServe's own HPA for `wva` feeds the wanted count in as a `Value` of 1, which multiplies it. */
function runawayWarnings({ metadata, spec }: KubernetesObject): readonly string[] {
  const { scaling } = spec as { scaling?: { wva?: { hpa?: unknown } } }
  return scaling?.wva?.hpa === undefined
    ? []
    : [`${metadata.name}: scaling.wva.hpa grows without bound; pin its bounds`]
}

const malformed = (kind: string, { metadata }: KubernetesObject) =>
  new UpstreamMalformed(`${metadata.name} is not ${kind} we understand`, {
    upstream: 'kubernetes',
  })
