// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a fleet file names a secret.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryTargetMemory } from '../../services/actuation/adapters/memory-target-memory.ts'
import { exactly, type InferenceBackend } from '../../services/actuation/index.ts'
import { scaleTargetOf } from '../../services/fleet/index.ts'
import { openBackends } from '../../services/wiring/backends.ts'
import { fakeKubernetes } from '../actuation/fake-kubernetes.ts'
import { loopback } from '../actuation/loopback.ts'
import { contextOf } from '../contracts/inference-backend.contract.ts'
import { smallFleet } from '../support/small-fleet.ts'

const place = { region: 'eu-north', model: 'llama', variant: 'H100-tp2-pp1-fp8-b64' }
const env = { TOKEN: 'tok', SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}` }

/** The one backend of a fleet, opened, and its target of one placement. */
async function opened(entry: string) {
  const fleet = smallFleet(`backends: [{ id: one, ${entry} }]`)
  const deps = { memory: memoryTargetMemory(), nowMs: Date.now, env }
  const backend = (await openBackends(fleet, deps)).get('one') as InferenceBackend
  const { floorReplicas: _, ...ref } = scaleTargetOf(fleet, place)!
  return { backend, target: { ...ref, kind: 'replicas', region: place.region } as const }
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gridtide-backends-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function kubeconfig(server: string): Promise<string> {
  const file = join(folder, 'config.json')
  const config = {
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 'x' } }],
  }
  await writeFile(file, JSON.stringify(config))
  return file
}

describe('the backends of a fleet file', () => {
  it('opens every kind', async () => {
    const file = await kubeconfig('https://kubernetes.example')
    const object = `kubeconfig: ${file}, context: c, targets: [{ namespace: llm, name: x }]`
    const kinds: Record<string, string> = {
      'kind: dry-run': 'dry-run',
      'kind: http, secret: "${env:SECRET}", targets: [{ url: "https://b.example" }]': 'signed-http',
      'kind: vllm-sleep, targets: [{ urls: ["https://b.example"] }]': 'vllm-sleep',
      'kind: triton, targets: [{ urls: ["https://b.example"], loads: x }]': 'triton',
      'kind: ray-serve, targets: [{ url: "https://b.example", app: a, deployment: d }]':
        'ray-serve',
      'kind: exec, command: [scale], targets: [{}]': 'exec',
      [`kind: kubernetes, ${object}`]: 'kubernetes-scale',
    }
    for (const kind of [
      'hpa-bounds',
      'scaled-object-bounds',
      'keda-pause',
      'kserve-inference-service',
      'kserve-llm-inference-service',
    ]) {
      kinds[`kind: ${kind}, ${object}`] = kind
    }
    for (const [entry, type] of Object.entries(kinds)) {
      expect((await opened(entry)).backend.type).toBe(type)
    }
  })

  it('names a secret that is not there', async () => {
    const entry =
      'kind: ray-serve, token: "${env:NONE}", targets: [{ url: u, app: a, deployment: d }]'
    await expect(opened(entry)).rejects.toThrow(/NONE is not set/)
  })

  it('scales a Ray Serve deployment', async () => {
    let replicas = 1
    const far = await loopback(({ method, path, headers, text }) => {
      if (headers.authorization !== 'Bearer tok') return { status: 401 }
      if (method === 'POST' && path === '/api/v1/applications/llama/deployments/llm/scale') {
        replicas = JSON.parse(text).target_num_replicas
        return { status: 200, json: {} }
      }
      const running = Array.from({ length: replicas }, () => ({ state: 'RUNNING' }))
      const llm = { status: 'HEALTHY', target_num_replicas: replicas, replicas: running }
      const app = { status: 'RUNNING', external_scaler_enabled: true, deployments: { llm } }
      return { status: 200, json: { applications: { llama: app } } }
    })
    const where = `url: "${far.url}/", app: "{model}", deployment: llm`
    const entry = `kind: ray-serve, token: "\${env:TOKEN}", targets: [{ ${where} }]`
    const { backend, target } = await opened(`${entry}, allowPrivate: true`)
    const receipt = await backend.apply(target, { replicas: exactly(4) }, contextOf())
    expect(receipt).toMatchObject({ effect: 'accepted', before: { replicas: exactly(1) } })
    expect(replicas).toBe(4)

    // Without the word for it no private address is called.
    const shut = await opened(entry)
    await expect(shut.backend.observe(shut.target)).rejects.toMatchObject({
      message: expect.stringContaining('ADDRESS_REFUSED'),
    })
    await far.close()
  })

  it('steers the bounds of a HorizontalPodAutoscaler, of the version that is served', async () => {
    const far = await fakeKubernetes()
    const path = '/apis/autoscaling/v1/namespaces/llm/horizontalpodautoscalers/llama-eu-north'
    far.put(path, {
      metadata: {},
      spec: { scaleTargetRef: { name: 'llama' }, minReplicas: 2, maxReplicas: 9 },
    })
    const where = 'apiVersion: autoscaling/v1, namespace: llm, name: "{model}-{region}"'
    const { backend, target } = await opened(
      `kind: hpa-bounds, kubeconfig: ${await kubeconfig(far.url)}, targets: [{ ${where} }]`,
    )
    expect((await backend.probe(target)).missing).toEqual([])
    await backend.apply(target, { replicas: exactly(3) }, contextOf())
    expect(far.objects.get(path)!.spec).toMatchObject({ minReplicas: 3, maxReplicas: 3 })
    await far.close()
  })

  it('wakes standing vLLM servers', async () => {
    const asleep = new Set(['/one', '/two'])
    const far = await loopback(({ method, path }) => {
      const [, name, verb] = /^(\/\w+)\/(\w+)$/.exec(path)!
      if (method === 'POST' && verb === 'wake_up') asleep.delete(name!)
      return { status: 200, json: { is_sleeping: asleep.has(name!) } }
    })
    const urls = `urls: ["${far.url}/one", "${far.url}/two"]`
    const { backend, target } = await opened(
      `kind: vllm-sleep, allowPrivate: true, targets: [{ ${urls} }]`,
    )
    await backend.apply(target, { replicas: exactly(1) }, contextOf())
    expect([...asleep]).toEqual(['/two'])
    await far.close()
  })
})
