import { describe, expect, it } from 'vitest'
import { kubernetesApi } from '../../services/actuation/adapters/kubernetes-api.ts'
import { hpaBounds } from '../../services/actuation/adapters/kubernetes-objects.ts'
import { kubernetesScale } from '../../services/actuation/adapters/kubernetes-scale.ts'
import type { InferenceBackend, TargetRef } from '../../services/actuation/index.ts'
import { lookAtTargets } from '../../services/pipeline/look-at-targets.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { tracedBackend } from '../../services/wiring/traced-backend.ts'
import { realDeps, targetOf } from './backend-world.ts'
import { type FakeKubernetesOptions, fakeKubernetes } from './fake-kubernetes.ts'

const pathOf = (namespace: string, name: string, kind = 'apps/v1/namespaces/NS/deployments') =>
  `/apis/${kind.replace('NS', namespace)}/${name}`
const HPA = 'autoscaling/v2/namespaces/NS/horizontalpodautoscalers'

/** Three deployments in `east`, one of which an HPA steers, two in `west`, one alone in `south`. */
async function cluster(options: FakeKubernetesOptions = {}) {
  const far = await fakeKubernetes(options)
  const places = { east: ['a', 'b', 'c'], west: ['a', 'b'], south: ['a'] }
  const targets = Object.entries(places).flatMap(([namespace, names]) =>
    names.map((name, index): TargetRef => {
      far.put(pathOf(namespace, name), { metadata: {}, spec: { replicas: index + 1 } })
      return { ...targetOf({ namespace, name }), id: `${namespace}/${name}` }
    }),
  )
  far.put(pathOf('east', 'a', HPA), {
    metadata: {},
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'a' }, minReplicas: 2, maxReplicas: 9 },
  })
  const api = kubernetesApi(async () => ({ server: far.url, headers: {}, http: axiosHttp() }))
  const deps = realDeps({ nowMs: () => 7 })
  return { far, targets, scale: kubernetesScale(api, deps), bounds: hpaBounds(api, deps) }
}

const oneByOne = async (backend: InferenceBackend, targets: readonly TargetRef[]) =>
  Object.fromEntries(
    await Promise.all(
      targets.map(async (target) => [target.id, await backend.observe(target)] as const),
    ),
  )

describe('a look at many targets of one cluster', () => {
  it('sees what looks at each would see, for three requests a namespace', async () => {
    const { far, targets, scale } = await cluster()
    const singly = await oneByOne(scale, targets)
    const asked = far.asked.length
    const traced = tracedBackend('cluster', scale)
    expect(await lookAtTargets(() => traced, targets)).toEqual(singly)
    expect(asked).toBe(18)
    expect(far.asked.length - asked).toBe(9)
    await far.close()
  })

  it('leaves out what is not there, and asks anew each time', async () => {
    const { far, targets, scale } = await cluster()
    const gone = { ...targetOf({ namespace: 'east', name: 'gone' }), id: 'east/gone' }
    expect(Object.keys(await scale.observeAll!([gone, ...targets]))).toEqual(
      targets.map(({ id }) => id),
    )
    far.put(pathOf('west', 'b'), { metadata: {}, spec: { replicas: 8 } })
    const { 'west/b': later } = await scale.observeAll!(targets)
    expect(later!.desired.replicas).toEqual({ min: 8, max: 8 })
    await far.close()
  })

  it('asks for each where it may not list them', async () => {
    const { far, targets, scale } = await cluster({
      between: (asked, answer) =>
        asked.path.endsWith('/deployments') ? { status: 403, json: {} } : answer(),
    })
    expect(await scale.observeAll!(targets)).toEqual(await oneByOne(scale, targets))
    await far.close()
  })

  it('sees none where the lists do not answer', async () => {
    const { far, targets, scale } = await cluster({
      between: (asked, answer) =>
        asked.path.endsWith('/deployments') ? { status: 400, json: {} } : answer(),
    })
    expect(Object.keys(await scale.observeAll!(targets))).toEqual(['south/a'])
    await far.close()
  })

  it('works for objects that are steered themselves', async () => {
    const { far, bounds } = await cluster()
    far.put(pathOf('east', 'b', HPA), {
      metadata: {},
      spec: { scaleTargetRef: { name: 'b' }, maxReplicas: 4 },
    })
    const targets = ['a', 'b'].map((name) => ({
      ...targetOf({ namespace: 'east', name }),
      id: name,
    }))
    const seen = await bounds.observeAll!(targets)
    expect(far.asked).toHaveLength(1)
    expect(seen.a!.desired.replicas).toEqual({ min: 2, max: 9 })
    expect(seen.b!.desired.replicas).toEqual({ min: 1, max: 4 })
    await far.close()
  })
})
