import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import { describe, expect, it } from 'vitest'
import { PAUSED_REPLICAS } from '../../services/actuation/adapters/autoscaler-kinds.ts'
import { kubernetesApi } from '../../services/actuation/adapters/kubernetes-api.ts'
import {
  hpaBounds,
  kedaPauseBackend,
  kserveBackend,
  kserveLlmBackend,
  scaledObjectBounds,
} from '../../services/actuation/adapters/kubernetes-objects.ts'
import {
  ANNOTATION,
  type Desired,
  exactly,
  type GuardDeps,
  type InferenceBackend,
  type KubernetesApi,
} from '../../services/actuation/index.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { contextOf, describeInferenceBackend } from '../contracts/inference-backend.contract.ts'
import { realDeps, targetOf } from './backend-world.ts'
import { type FakeKubernetesOptions, fakeKubernetes, type Stored } from './fake-kubernetes.ts'
import { hpaAlone, kedaAlone, kserveAlone } from './left-alone.ts'

interface Case {
  readonly name: string
  readonly make: (api: KubernetesApi, deps: GuardDeps) => InferenceBackend
  readonly path: string
  readonly object: Record<string, unknown>
  readonly status: (spec: Record<string, unknown>) => Record<string, unknown>
  readonly validate?: FakeKubernetesOptions['validate']
  readonly second?: Desired
  readonly alone: (object: Stored, wish: number) => number
}

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'llama' }
const hpa = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: {},
  spec: { scaleTargetRef, minReplicas: 2, maxReplicas: 9 },
}
const scaled = {
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: {},
  spec: { scaleTargetRef, triggers: [{ type: 'prometheus', metadata: { threshold: '1' } }] },
}
const condition = (status: string) => ({ conditions: [{ type: 'Ready', status }] })
const keda = '/apis/keda.sh/v1alpha1/namespaces/llm/scaledobjects/llama'
const isvc = '/apis/serving.kserve.io/v1beta1/namespaces/llm/inferenceservices/llama'
const llm = '/apis/serving.kserve.io/v1alpha2/namespaces/llm/llminferenceservices/llama'
const validateKeda: FakeKubernetesOptions['validate'] = (_path, object) =>
  new ScaledObject(object as never).validate()

const CASES: readonly Case[] = [
  {
    name: 'hpa-bounds',
    make: hpaBounds,
    path: '/apis/autoscaling/v2/namespaces/llm/horizontalpodautoscalers/llama',
    object: hpa,
    status: ({ minReplicas }) => ({ currentReplicas: minReplicas, desiredReplicas: minReplicas }),
    validate: (_path, object) => new HorizontalPodAutoscaler(object as never).validate(),
    alone: hpaAlone,
  },
  {
    name: 'scaled-object-bounds',
    make: scaledObjectBounds,
    path: keda,
    object: scaled,
    status: () => ({}),
    validate: validateKeda,
    second: { replicas: exactly(0) },
    alone: kedaAlone,
  },
  {
    name: 'keda-pause',
    make: kedaPauseBackend,
    path: keda,
    object: scaled,
    status: () => ({}),
    validate: validateKeda,
    second: { replicas: exactly(0) },
    alone: kedaAlone,
  },
  {
    name: 'kserve-inference-service',
    make: kserveBackend,
    path: isvc,
    object: { metadata: {}, spec: { predictor: { model: {} } } },
    status: () => condition('True'),
    alone: kserveAlone,
  },
  {
    name: 'kserve-llm-inference-service',
    make: kserveLlmBackend,
    path: llm,
    object: { metadata: {}, spec: { replicas: 2, model: { uri: 'hf://x' } } },
    status: ({ replicas }) => ({
      ...condition('True'),
      workloads: { primary: { readyReplicas: replicas } },
    }),
    second: { replicas: exactly(5), parallelism: { tensor: 2, pipeline: 1, data: 1 } },
    alone: kserveAlone,
  },
  {
    name: 'kserve-llm-inference-service with scaling',
    make: kserveLlmBackend,
    path: llm,
    object: {
      metadata: {},
      spec: { scaling: { minReplicas: 1, maxReplicas: 9 }, model: { uri: 'hf://x' } },
    },
    status: () => condition('True'),
    alone: kserveAlone,
  },
]

async function clusterFor({ make, path, object, validate }: Case, options = {}) {
  const kubernetes = await fakeKubernetes({ ...(validate && { validate }), ...options })
  const http = axiosHttp()
  const api = kubernetesApi(async () => ({ server: kubernetes.url, headers: {}, http }))
  kubernetes.put(path, structuredClone(object))
  const target = targetOf({ namespace: 'llm', name: 'llama' })
  return { kubernetes, backend: make(api, realDeps()), target }
}
const caseOf = (name: string) => CASES.find((one) => one.name === name)!

for (const one of CASES) {
  describeInferenceBackend(one.name, async () => {
    const { kubernetes, backend, target } = await clusterFor(one)
    return {
      backend,
      target,
      first: { replicas: exactly(3) },
      second: one.second ?? { replicas: exactly(4) },
      unsupported: { engine: 'serving' },
      snapshot: () => structuredClone([...kubernetes.objects]),
      writes: () => kubernetes.writes().length,
      arrive: () => kubernetes.reconcile(one.path, ({ spec }) => one.status(spec)),
      alone: (wish) => one.alone(kubernetes.objects.get(one.path)!, wish),
      pause: () =>
        kubernetes.put(one.path, {
          ...one.object,
          metadata: { annotations: { [ANNOTATION.paused]: 'true' } },
        }),
      goDown: kubernetes.close,
      close: kubernetes.close,
    }
  })

  describe(one.name, () => {
    it('hands back exactly what it found, and leaves only its fence', async () => {
      const { kubernetes, backend, target } = await clusterFor(one)
      await backend.apply(target, { replicas: exactly(3) }, contextOf())
      await backend.apply(target, one.second ?? { replicas: exactly(4) }, contextOf())
      await backend.release(target, contextOf())
      const { spec, metadata } = kubernetes.objects.get(one.path)!
      expect(spec).toEqual(expect.objectContaining({ ...(one.object.spec as object) }))
      expect(metadata.annotations).toEqual({ [ANNOTATION.fence]: '7' })
      await kubernetes.close()
    })

    it('says which right is missing, and trusts no stranger', async () => {
      const plural = one.path.split('/').at(-2)
      const { kubernetes, backend, target } = await clusterFor(one, { denied: [`patch ${plural}`] })
      expect((await backend.probe(target)).missing).toHaveLength(1)
      kubernetes.put(one.path, { metadata: {}, spec: 'nonsense' })
      await expect(backend.observe(target)).rejects.toMatchObject({ code: 'UPSTREAM_MALFORMED' })
      await kubernetes.close()
    })
  })
}

describe('bounds', () => {
  it('an HPA is never told zero', async () => {
    const { kubernetes, backend, target } = await clusterFor(caseOf('hpa-bounds'))
    await expect(
      backend.apply(target, { replicas: exactly(0) }, contextOf()),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    await kubernetes.close()
  })

  it('KEDA is paused at zero, and woken by bounds', async () => {
    const { kubernetes, backend, target } = await clusterFor(caseOf('scaled-object-bounds'))
    const annotations = () => kubernetes.objects.get(keda)!.metadata.annotations
    await backend.apply(target, { replicas: exactly(0) }, contextOf())
    expect(annotations()![PAUSED_REPLICAS]).toBe('0')
    await backend.apply(target, { replicas: { min: 2, max: 4 } }, contextOf())
    expect(annotations()![PAUSED_REPLICAS]).toBeUndefined()
    expect(kubernetes.objects.get(keda)!.spec).toMatchObject({
      minReplicaCount: 2,
      maxReplicaCount: 4,
    })
    await kubernetes.close()
  })

  it('a pause holds one count, and a strange one is not believed', async () => {
    const { kubernetes, backend, target } = await clusterFor(caseOf('keda-pause'))
    await expect(
      backend.apply(target, { replicas: { min: 1, max: 2 } }, contextOf()),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    kubernetes.put(keda, { ...scaled, metadata: { annotations: { [PAUSED_REPLICAS]: 'many' } } })
    await expect(backend.observe(target)).rejects.toMatchObject({ code: 'UPSTREAM_MALFORMED' })
    const torn = { [ANNOTATION.before]: '{', [ANNOTATION.fence]: '1' }
    kubernetes.put(keda, { ...scaled, metadata: { annotations: torn } })
    await expect(
      backend.apply(target, { replicas: exactly(1) }, contextOf()),
    ).rejects.toMatchObject({ code: 'UPSTREAM_MALFORMED' })
    await kubernetes.close()
  })
})

describe('KServe', () => {
  it('leaves a service with an external autoscaler to its Deployment, and zero alone', async () => {
    const { kubernetes, backend, target } = await clusterFor(caseOf('kserve-inference-service'))
    const refused = expect.objectContaining({ code: 'UNSUPPORTED' })
    await expect(backend.apply(target, { replicas: exactly(0) }, contextOf())).rejects.toEqual(
      refused,
    )
    kubernetes.put(isvc, {
      metadata: { annotations: { 'serving.kserve.io/autoscalerClass': 'external' } },
      spec: { predictor: { minReplicas: 1, maxReplicas: 2 } },
      status: condition('False'),
    })
    expect((await backend.observe(target)).health).toBe('degraded')
    await expect(backend.apply(target, { replicas: exactly(3) }, contextOf())).rejects.toEqual(
      refused,
    )
    await kubernetes.close()
  })

  it('steers the bounds of an LLM service that scales, and warns of one that runs away', async () => {
    const { kubernetes, backend, target } = await clusterFor(caseOf('kserve-llm-inference-service'))
    await expect(
      backend.apply(target, { replicas: { min: 1, max: 2 } }, contextOf()),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    kubernetes.put(llm, {
      metadata: {},
      spec: { scaling: { maxReplicas: 9, wva: { hpa: {} } } },
      status: condition('True'),
    })
    expect(await backend.observe(target)).toMatchObject({
      desired: { replicas: { min: 1, max: 9 } },
      settled: false,
    })
    const receipt = await backend.apply(target, { replicas: exactly(3) }, contextOf())
    expect(receipt.warnings[0]).toContain('without bound')
    expect(kubernetes.objects.get(llm)!.spec).toEqual({
      scaling: { minReplicas: 3, maxReplicas: 3, wva: { hpa: {} } },
    })
    await kubernetes.close()
  })
})
