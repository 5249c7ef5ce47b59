import { Deployment } from 'kubernetes-models/apps/v1'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import { describe, expect, it } from 'vitest'
import { kubernetesApi } from '../../services/actuation/adapters/kubernetes-api.ts'
import { kubernetesScale } from '../../services/actuation/adapters/kubernetes-scale.ts'
import { ANNOTATION, exactly } from '../../services/actuation/index.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { contextOf, describeInferenceBackend } from '../contracts/inference-backend.contract.ts'
import { realDeps, targetOf } from './backend-world.ts'
import { type FakeKubernetesOptions, fakeKubernetes, type Stored } from './fake-kubernetes.ts'
import { hpaAlone, kedaAlone } from './left-alone.ts'

const DEPLOYMENT = '/apis/apps/v1/namespaces/llm/deployments/llama'
const HPA = '/apis/autoscaling/v2/namespaces/llm/horizontalpodautoscalers/llama'
const SCALED_OBJECT = '/apis/keda.sh/v1alpha1/namespaces/llm/scaledobjects/llama'

const labels = { app: 'llama' }
const deployment = (replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {},
  spec: {
    replicas,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: 'vllm', image: 'vllm/vllm-openai:v0.10' }] },
    },
  },
})
const autoscaler = (minReplicas: number, maxReplicas: number, type = 'AverageValue') => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: {},
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'llama' },
    minReplicas,
    maxReplicas,
    metrics: [{ type: 'External', external: { metric: { name: 'x' }, target: { type } } }],
  },
  status: { currentReplicas: minReplicas, desiredReplicas: minReplicas },
})
const keda = (spec: object = {}) => ({
  metadata: {},
  spec: { scaleTargetRef: { name: 'llama' }, triggers: [], ...spec },
})

/** Objects are checked against the published schemas of their kinds. */
function validate(path: string, object: Stored): void {
  if (path === DEPLOYMENT) new Deployment(object as never).validate()
  if (path === HPA) new HorizontalPodAutoscaler(object as never).validate()
}

async function cluster(options: FakeKubernetesOptions = {}) {
  const kubernetes = await fakeKubernetes({ validate, ...options })
  const http = axiosHttp()
  const api = kubernetesApi(async () => ({
    server: kubernetes.url,
    headers: { authorization: 'Bearer t0ken' },
    http,
  }))
  const ready = () =>
    kubernetes.reconcile(DEPLOYMENT, ({ spec }) => ({
      replicas: spec.replicas,
      readyReplicas: spec.replicas,
      updatedReplicas: spec.replicas,
      conditions: [{ type: 'Available', status: 'True' }],
    }))
  const target = targetOf({ namespace: 'llm', name: 'llama' })
  kubernetes.put(DEPLOYMENT, deployment(2))
  const backend = kubernetesScale(api, realDeps())
  return { kubernetes, api, backend, target, ready }
}

describeInferenceBackend('kubernetes-scale on a Deployment', async () => {
  const { kubernetes, backend, target, ready } = await cluster()
  return {
    backend,
    target,
    first: { replicas: exactly(3) },
    second: { replicas: exactly(0) },
    unsupported: { powerCapWatts: 300 },
    snapshot: () => structuredClone([...kubernetes.objects]),
    writes: () => kubernetes.writes().length,
    arrive: ready,
    alone: () => kubernetes.objects.get(DEPLOYMENT)!.spec.replicas as number,
    pause: () => {
      const object = deployment(2)
      kubernetes.put(DEPLOYMENT, {
        ...object,
        metadata: { annotations: { [ANNOTATION.paused]: 'true' } },
      })
    },
    goDown: kubernetes.close,
    close: kubernetes.close,
  }
})

for (const kind of ['hpa', 'keda'] as const) {
  describeInferenceBackend(`kubernetes-scale steering bounds of ${kind}`, async () => {
    const { kubernetes, backend, target, ready } = await cluster()
    if (kind === 'hpa') kubernetes.put(HPA, autoscaler(1, 10))
    else kubernetes.put(SCALED_OBJECT, keda({ minReplicaCount: 1, maxReplicaCount: 10 }))
    return {
      backend,
      target,
      first: { replicas: exactly(3) },
      second: { replicas: exactly(4) },
      snapshot: () => structuredClone([...kubernetes.objects]),
      writes: () => kubernetes.writes().length,
      arrive: () => {
        kubernetes.put(DEPLOYMENT, deployment(3))
        ready()
      },
      alone: (wish) =>
        kind === 'hpa'
          ? hpaAlone(kubernetes.objects.get(HPA)!, wish)
          : kedaAlone(kubernetes.objects.get(SCALED_OBJECT)!, wish),
      close: kubernetes.close,
    }
  })
}

describe('kubernetes-scale', () => {
  it('stamps first, then scales on condition of the stamped version', async () => {
    const { kubernetes, backend, target } = await cluster()
    await backend.apply(target, { replicas: exactly(5) }, contextOf())
    const [stamp, scale, ...rest] = kubernetes.writes()
    expect(rest).toEqual([])
    expect(stamp).toMatchObject({ path: DEPLOYMENT })
    expect(stamp!.query.toString()).toBe('fieldManager=gridtide')
    expect(JSON.parse(stamp!.text)).toEqual({
      metadata: {
        resourceVersion: '101',
        annotations: {
          [ANNOTATION.fence]: '7',
          [ANNOTATION.plan]: '7',
          [ANNOTATION.key]: 'plan-7/step-1',
          [ANNOTATION.before]: '{}',
        },
      },
    })
    expect(scale).toMatchObject({ path: `${DEPLOYMENT}/scale` })
    expect(scale!.headers['content-type']).toBe('application/merge-patch+json')
    expect(scale!.headers.authorization).toBe('Bearer t0ken')
    expect(JSON.parse(scale!.text)).toEqual({
      metadata: { resourceVersion: '102' },
      spec: { replicas: 5 },
    })
    await kubernetes.close()
  })

  it('finds an autoscaler and fails, forces or steers as told', async () => {
    const { kubernetes, backend, target } = await cluster()
    kubernetes.put(HPA, autoscaler(1, 10, 'Value'))
    const want = { replicas: exactly(4) }
    await expect(
      backend.apply(target, want, contextOf({ onForeignOwner: 'fail' })),
    ).rejects.toMatchObject({ code: 'FOREIGN_OWNER' })
    expect(kubernetes.writes()).toEqual([])

    const forced = await backend.apply(target, want, contextOf({ onForeignOwner: 'force' }))
    expect(forced).toMatchObject({ mode: 'direct', warnings: ['llama will revert this'] })

    const steered = await backend.apply(target, want, contextOf())
    expect(steered.mode).toBe('bounds')
    expect(steered.warnings[0]).toContain('without bound')
    expect(kubernetes.objects.get(HPA)!.spec).toMatchObject({ minReplicas: 4, maxReplicas: 4 })

    await backend.release(target, contextOf())
    expect(kubernetes.objects.get(HPA)!.spec).toMatchObject({ minReplicas: 1, maxReplicas: 10 })
    await kubernetes.close()
  })

  it('takes an autoscaled target to zero and wakes it again', async () => {
    const { kubernetes, backend, target } = await cluster()
    kubernetes.put(HPA, autoscaler(1, 10))
    await backend.apply(target, { replicas: exactly(0) }, contextOf())
    expect(kubernetes.objects.get(DEPLOYMENT)!.spec.replicas).toBe(0)
    expect((await backend.observe(target)).desired.replicas).toEqual(exactly(0))
    await backend.apply(target, { replicas: exactly(2) }, contextOf())
    expect(kubernetes.objects.get(DEPLOYMENT)!.spec.replicas).toBe(2)
    expect(kubernetes.objects.get(HPA)!.spec).toMatchObject({ minReplicas: 2, maxReplicas: 2 })
    await kubernetes.close()
  })

  it('leaves the HPA that KEDA made alone, and refuses two that fight', async () => {
    const { kubernetes, backend, target } = await cluster()
    kubernetes.put(HPA, autoscaler(1, 10))
    kubernetes.put(SCALED_OBJECT, keda())
    await backend.apply(target, { replicas: exactly(3) }, contextOf())
    expect(kubernetes.objects.get(HPA)!.spec.minReplicas).toBe(1)
    expect(kubernetes.objects.get(SCALED_OBJECT)!.spec.minReplicaCount).toBe(3)
    kubernetes.put(SCALED_OBJECT.replace('/llama', '/other'), keda())
    await expect(
      backend.apply(target, { replicas: exactly(4) }, contextOf()),
    ).rejects.toMatchObject({ code: 'FOREIGN_OWNER', message: expect.stringContaining('fight') })
    await kubernetes.close()
  })

  it('needs an exact count without an autoscaler', async () => {
    const { kubernetes, backend, target } = await cluster()
    await expect(
      backend.apply(target, { replicas: { min: 1, max: 3 } }, contextOf()),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    await kubernetes.close()
  })

  it('a late writer that decided before the newer planner wrote is shut out', async () => {
    const { kubernetes, backend, target } = await cluster()
    const { version } = await backend.observe(target)
    await backend.apply(target, { replicas: exactly(2) }, contextOf({ fence: 9 }))
    await backend.apply(target, { replicas: exactly(3) }, contextOf({ fence: 9 }))
    await expect(
      backend.apply(target, { replicas: exactly(1) }, contextOf({ fence: 8, ifVersion: version })),
    ).rejects.toMatchObject({ code: 'FENCED' })
    await kubernetes.close()
  })

  it('names the missing rights, the writer of the count, roll-outs and bad health', async () => {
    const { kubernetes, backend, target } = await cluster({ denied: ['patch deployments/scale'] })
    expect((await backend.probe(target)).missing).toEqual([
      'may not patch deployments/scale.apps in llm',
    ])
    kubernetes.put(DEPLOYMENT, {
      ...deployment(4),
      metadata: {
        managedFields: [
          {
            manager: 'helm',
            time: '2026-01-02T03:04:05Z',
            fieldsV1: { 'f:spec': { 'f:replicas': {} } },
          },
          { manager: 'gridtide', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
          { fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
          { manager: 'kubelet' },
        ],
      },
      status: {
        replicas: 4,
        updatedReplicas: 1,
        conditions: [{ type: 'Progressing', status: 'False' }],
      },
    })
    expect(await backend.observe(target)).toMatchObject({
      settled: false,
      rollingOut: true,
      health: 'degraded',
      readyReplicas: 0,
      owners: [
        { who: 'helm', how: 'human', sinceMs: Date.parse('2026-01-02T03:04:05Z') },
        { who: 'unknown' },
      ],
    })
    await kubernetes.close()
  })

  it('needs a namespace and a name, and an object with replicas', async () => {
    const { kubernetes, backend, target } = await cluster()
    await expect(backend.observe(targetOf({ name: 'x' }))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
    await expect(
      backend.observe(targetOf({ namespace: 'llm', name: 'absent' })),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' })
    kubernetes.put(DEPLOYMENT, { metadata: {}, spec: {} })
    await expect(backend.observe(target)).rejects.toMatchObject({ code: 'UPSTREAM_MALFORMED' })
    await kubernetes.close()
  })
})
