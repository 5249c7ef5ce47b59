import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1beta1/HTTPRoute'
import { describe, expect, it } from 'vitest'
import { kubernetesApi } from '../../services/actuation/adapters/kubernetes-api.ts'
import { ANNOTATION } from '../../services/actuation/index.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { gatewayApi } from '../../services/traffic/adapters/gateway-api.ts'
import { istio } from '../../services/traffic/adapters/istio.ts'
import { realDeps, targetOf } from '../actuation/backend-world.ts'
import { fakeKubernetes } from '../actuation/fake-kubernetes.ts'
import { contextOf, describeInferenceBackend } from '../contracts/inference-backend.contract.ts'

interface Route {
  readonly rules: readonly { readonly backendRefs: readonly { weight?: number }[] }[]
  readonly http: readonly { readonly route: readonly { weight?: number }[] }[]
}
const destination = (host: string, subset?: string) => ({ host, ...(subset && { subset }) })
const CASES = [
  {
    name: 'gateway-api',
    make: gatewayApi,
    path: '/apis/gateway.networking.k8s.io/v1/namespaces/llm/httproutes/llama',
    object: {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: {},
      spec: {
        rules: [
          {
            backendRefs: [
              { name: 'eu', port: 80, weight: 1 },
              { name: 'us', port: 80 },
            ],
          },
          {},
        ],
      },
    },
    names: ['eu', 'us'],
    weightsIn: (spec: never) => (spec as Route).rules[0]!.backendRefs.map(({ weight }) => weight),
  },
  {
    name: 'istio',
    make: istio,
    path: '/apis/networking.istio.io/v1/namespaces/llm/virtualservices/llama',
    object: {
      metadata: {},
      spec: {
        http: [
          {
            route: [
              { destination: destination('llama', 'eu'), weight: 50 },
              { destination: destination('us.llama'), weight: 50 },
            ],
          },
          {},
          { route: [{ destination: destination('alone') }] },
          {
            route: [
              { destination: destination('a') },
              { destination: destination('b'), weight: 9 },
            ],
          },
        ],
      },
    },
    names: ['llama/eu', 'us.llama'],
    weightsIn: (spec: never) => (spec as Route).http[0]!.route.map(({ weight }) => weight),
  },
] as const

async function clusterFor({ make, path, object }: (typeof CASES)[number], denied: string[] = []) {
  const kubernetes = await fakeKubernetes({
    denied,
    validate: (_path, stored) => {
      // The published schema is of v1beta1, whose fields are those of v1.
      if (!path.includes('gateway')) return
      new HTTPRoute({
        ...stored,
        apiVersion: 'gateway.networking.k8s.io/v1beta1',
      } as never).validate()
    },
  })
  const http = axiosHttp()
  const api = kubernetesApi(async () => ({ server: kubernetes.url, headers: {}, http }))
  kubernetes.put(path, structuredClone(object))
  const locator = { namespace: 'llm', name: 'llama' }
  return { kubernetes, backend: make(api, realDeps()), locator, target: targetOf(locator, 'route') }
}

for (const one of CASES) {
  const [eu, us] = one.names
  describeInferenceBackend(one.name, async () => {
    const { kubernetes, backend, target } = await clusterFor(one)
    return {
      backend,
      target,
      first: { weightsPercent: { [eu]: 30, [us]: 70 } },
      second: { weightsPercent: { [eu]: 0, [us]: 100 } },
      unsupported: { engine: 'serving' },
      snapshot: () => structuredClone([...kubernetes.objects]),
      writes: () => kubernetes.writes().length,
      arrive: () => undefined,
      alone: () => undefined,
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
    it('tests each name at its place, and touches nothing but weights', async () => {
      const { kubernetes, backend, target } = await clusterFor(one)
      await backend.apply(target, { weightsPercent: { [us]: 100 } }, contextOf())
      const [patch] = kubernetes.writes()
      expect(patch!.headers['content-type']).toBe('application/json-patch+json')
      const steps = JSON.parse(patch!.text)
      expect(steps[0]).toEqual({ op: 'test', path: '/metadata/resourceVersion', value: '101' })
      expect(steps.filter(({ op }: { op: string }) => op === 'test')).toHaveLength(3)
      expect(one.weightsIn(kubernetes.objects.get(one.path)!.spec as never)).toEqual([0, 100])
      await kubernetes.close()
    })

    it('is refused where somebody has reordered the list in between', async () => {
      const { kubernetes, backend, target } = await clusterFor(one)
      const { version } = await backend.observe(target)
      kubernetes.put(one.path, structuredClone(one.object))
      const want = { weightsPercent: { [eu]: 10, [us]: 90 } }
      await expect(
        backend.apply(target, want, contextOf({ ifVersion: version })),
      ).rejects.toMatchObject({ code: 'CONFLICT' })
      await kubernetes.close()
    })

    it('knows its backends, its rules and its rights', async () => {
      const plural = one.path.split('/').at(-2)
      const { kubernetes, backend, target, locator } = await clusterFor(one, [`patch ${plural}`])
      expect((await backend.probe(target)).missing).toHaveLength(1)
      const strange = { weightsPercent: { mars: 100 } }
      await expect(backend.apply(target, strange, contextOf())).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      })
      for (const [rule, code] of [
        ['1', 'NOT_FOUND'],
        ['9', 'NOT_FOUND'],
        ['x', 'INVALID_INPUT'],
      ]) {
        const elsewhere = targetOf({ ...locator, rule: rule! }, 'route')
        await expect(backend.observe(elsewhere)).rejects.toMatchObject({ code })
      }
      kubernetes.put(one.path, { metadata: {}, spec: {} })
      await expect(backend.observe(target)).rejects.toMatchObject({ code: 'UPSTREAM_MALFORMED' })
      await kubernetes.close()
    })
  })
}

describe('istio', () => {
  it('counts a lone destination as all, and a missing weight among others as none', async () => {
    const { kubernetes, backend, locator } = await clusterFor(CASES[1])
    const weightsOf = async (rule: string) =>
      (await backend.observe(targetOf({ ...locator, rule }, 'route'))).desired.weightsPercent
    expect(await weightsOf('2')).toEqual({ alone: 100 })
    expect(await weightsOf('3')).toEqual({ a: 0, b: 100 })
    await kubernetes.close()
  })
})
