import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { kubeconfigConnection } from '../../services/actuation/adapters/kubeconfig.ts'
import { kubernetesApi } from '../../services/actuation/adapters/kubernetes-api.ts'
import { hpaBounds } from '../../services/actuation/adapters/kubernetes-objects.ts'
import { kubernetesScale } from '../../services/actuation/adapters/kubernetes-scale.ts'
import { ANNOTATION, exactly, type Receipt } from '../../services/actuation/index.ts'
import { Conflict } from '../../services/domain/errors.ts'
import { applyPlan } from '../../services/pipeline/apply-plan.ts'
import { realDeps } from '../actuation/backend-world.ts'
import { contextOf } from '../contracts/inference-backend.contract.ts'
import { actingWorld, planIn, startMs } from '../support/acting-world.ts'
import { HOUR_MS } from '../support/plans.ts'
import { type ControlPlane, startControlPlane, type User, until } from './control-plane.ts'
import { pretendKubelet } from './kubelet.ts'

const DEPLOYMENTS = '/apis/apps/v1/namespaces/llm/deployments'
const HPAS = '/apis/autoscaling/v1/namespaces/llm/horizontalpodautoscalers'
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/llm/leases'
const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces/llm'
const MERGE = 'application/merge-patch+json'
const SYNC_MS = 2_000

let plane: ControlPlane
let stopKubelet: () => Promise<void>
beforeAll(async () => {
  plane = await startControlPlane()
  await plane.do('POST', '/api/v1/namespaces', { metadata: { name: 'llm' } })
  for (const document of parseAllDocuments(readFileSync('infra/kubernetes/rbac.yaml', 'utf8'))) {
    const object = document.toJS()
    if (object.kind === 'Role') await plane.do('POST', `${RBAC}/roles`, object)
  }
  for (const name of ['gridtide-scale', 'gridtide-bounds']) {
    await plane.do('POST', `${RBAC}/rolebindings`, {
      metadata: { name },
      subjects: [{ kind: 'User', name: 'actuator', apiGroup: 'rbac.authorization.k8s.io' }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    })
  }
  stopKubelet = pretendKubelet(plane)
}, 180_000)
afterAll(async () => {
  await stopKubelet?.()
  await plane?.stop()
})

const apiOf = (user: User) => kubernetesApi(kubeconfigConnection({ text: plane.kubeconfig(user) }))
const scaleAs = (user: User = 'actuator') =>
  kubernetesScale(apiOf(user), realDeps(), { hpaVersion: 'v1' })
const target = (name: string, version?: string) => ({
  id: `eu/${name}`,
  kind: 'replicas' as const,
  region: 'eu',
  backend: 'kubernetes',
  locator: { namespace: 'llm', name, ...(version && { version }) },
})
const replicasOf = async (name: string): Promise<number> =>
  (await plane.do('GET', `${DEPLOYMENTS}/${name}`)).spec.replicas

async function deploy(name: string, replicas: number) {
  const labels = { app: name }
  await plane.do('POST', DEPLOYMENTS, {
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'vllm', image: 'vllm/vllm-openai:v0.10' }] },
      },
    },
  })
  await until(async () => {
    const { status } = await plane.do('GET', `${DEPLOYMENTS}/${name}`)
    return (status.readyReplicas ?? 0) === replicas && status.observedGeneration > 0
  })
  return target(name)
}
const autoscale = (name: string, minReplicas: number, maxReplicas: number) =>
  plane.do('POST', HPAS, {
    metadata: { name },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas,
      maxReplicas,
    },
  })
const syncs = (count: number) => new Promise((resolve) => setTimeout(resolve, count * SYNC_MS))

/** As every caller does: a controller that writes between our stamp and the count is a conflict. */
async function told(
  ref: ReturnType<typeof target>,
  replicas: number,
  context = contextOf(),
): Promise<Receipt> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await scaleAs().apply(ref, { replicas: exactly(replicas) }, context)
    } catch (error) {
      if (!(error instanceof Conflict) || attempt === 10) throw error
    }
  }
}

describe('scale', () => {
  it('arrives, is ready, does nothing twice, and is handed back', async () => {
    const ref = await deploy('plain', 1)
    const backend = scaleAs()
    const receipt = await told(ref, 3)
    expect(receipt).toMatchObject({ effect: 'accepted', before: { replicas: exactly(1) } })
    const seen = await backend.settle(ref, receipt, Date.now() + 60_000)
    expect(seen).toMatchObject({ settled: true, readyReplicas: 3, health: 'ok' })
    const again = await backend.apply(ref, { replicas: exactly(3) }, contextOf())
    expect(again.effect).toBe('noop')
    const { metadata } = await plane.do('GET', `${DEPLOYMENTS}/plain`)
    expect(metadata.annotations).toMatchObject({ [ANNOTATION.fence]: '7', [ANNOTATION.plan]: '7' })
    await backend.release(ref, contextOf())
    const after = (await plane.do('GET', `${DEPLOYMENTS}/plain`)).metadata.annotations
    expect(after[ANNOTATION.plan]).toBeUndefined()
  })

  it('changes nothing in a dry run that the server judges', async () => {
    const ref = await deploy('dry', 1)
    const context = contextOf({ dryRun: true })
    const receipt = await scaleAs().apply(ref, { replicas: exactly(3) }, context)
    expect(receipt.effect).toBe('would-accept')
    expect(await replicasOf('dry')).toBe(1)
  })
})

describe('conflicts', () => {
  it('refuses what was decided on an older version', async () => {
    const ref = await deploy('stale', 1)
    const backend = scaleAs()
    const { version } = await backend.observe(ref)
    await plane.do('PATCH', `${DEPLOYMENTS}/stale`, { metadata: { labels: { x: 'y' } } }, MERGE)
    const context = contextOf({ ifVersion: version })
    await expect(backend.apply(ref, { replicas: exactly(2) }, context)).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    expect(await replicasOf('stale')).toBe(1)
  })

  it('lets one of several writers at once through, and none with an older fence', async () => {
    const ref = await deploy('raced', 1)
    // Processes of their own: they share nothing but the API server.
    const racers = [1, 2, 3, 4].map((n) =>
      scaleAs().apply(ref, { replicas: exactly(n + 1) }, contextOf({ idempotencyKey: `k${n}` })),
    )
    const results = await Promise.allSettled(racers)
    const won = results.filter(({ status }) => status === 'fulfilled')
    expect(won).toHaveLength(1)
    for (const lost of results) {
      if (lost.status === 'rejected') expect(lost.reason.code).toBe('CONFLICT')
    }
    const older = contextOf({ fence: 6, idempotencyKey: 'old' })
    await expect(scaleAs().apply(ref, { replicas: exactly(9) }, older)).rejects.toMatchObject({
      code: 'FENCED',
    })
  })
})

describe('an autoscaler on the target', () => {
  it('is seen, and steered by its bounds, exactly; they hold when we are gone', async () => {
    const ref = await deploy('owned', 2)
    await autoscale('owned', 1, 9)
    const backend = scaleAs()
    const five = { replicas: exactly(5) }
    const asked = (onForeignOwner: 'fail' | 'bounds') => contextOf({ onForeignOwner })
    await expect(backend.apply(ref, five, asked('fail'))).rejects.toMatchObject({
      code: 'FOREIGN_OWNER',
    })
    await backend.apply(ref, five, asked('bounds'))
    await until(async () => (await replicasOf('owned')) === 5)
    // Nothing of ours runs from here on. Whoever scales it down is put right by the bounds.
    await plane.do('PATCH', `${DEPLOYMENTS}/owned/scale`, { spec: { replicas: 2 } }, MERGE)
    await until(async () => (await replicasOf('owned')) === 5)
    await syncs(3)
    expect(await replicasOf('owned')).toBe(5)
  })

  it('reverts a direct write outside its bounds', async () => {
    const ref = await deploy('forced', 2)
    await autoscale('forced', 1, 3)
    const receipt = await told(ref, 8, contextOf({ onForeignOwner: 'force' }))
    expect(receipt.warnings.join()).toContain('revert')
    await until(async () => (await replicasOf('forced')) === 3)
  })

  it('has its bounds steered and handed back by hpa-bounds', async () => {
    await deploy('bounded', 1)
    await autoscale('bounded', 1, 9)
    const backend = hpaBounds(apiOf('actuator'), realDeps())
    const ref = target('bounded', 'v1')
    await backend.apply(ref, { replicas: { min: 4, max: 6 } }, contextOf())
    await until(async () => (await replicasOf('bounded')) === 4)
    await backend.release(ref, contextOf())
    const { spec } = await plane.do('GET', `${HPAS}/bounded`)
    expect(spec).toMatchObject({ minReplicas: 1, maxReplicas: 9 })
  })
})

describe('rights', () => {
  it('of the shipped roles are enough to scale, and for nothing else', async () => {
    const ref = await deploy('guarded', 1)
    expect((await scaleAs().probe(ref)).missing).toEqual([])
    const api = apiOf('actuator')
    const forbidden = [
      { group: '', resource: 'secrets', verb: 'get' },
      { group: '', resource: 'pods', subresource: 'exec', verb: 'create' },
      { group: 'apps', resource: 'deployments', verb: 'update' },
      { group: 'apps', resource: 'deployments', subresource: 'scale', verb: 'update' },
    ] as const
    for (const access of forbidden) {
      expect(await api.mayI({ ...access, namespace: 'llm' }), access.resource).toBe(false)
    }
    const elsewhere = { group: 'apps', resource: 'deployments', verb: 'patch' } as const
    expect(await api.mayI({ ...elsewhere, namespace: 'default' })).toBe(false)
  })

  it('that are missing are named before the first write, and refused at it', async () => {
    const ref = await deploy('unseen', 1)
    const viewer = scaleAs('viewer')
    expect((await viewer.probe(ref)).missing.join()).toContain('may not patch deployments/scale')
    await expect(viewer.apply(ref, { replicas: exactly(2) }, contextOf())).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
    expect(await replicasOf('unseen')).toBe(1)
  })
})

describe('leases', () => {
  it('change hands once: the second of two that saw the same one is refused', async () => {
    const lease = await plane.do('POST', LEASES, {
      metadata: { name: 'planner' },
      spec: { holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 1 },
    })
    const api = apiOf('admin')
    const { resourceVersion } = lease.metadata
    const take = (holderIdentity: string) =>
      api.mergePatch(`${LEASES}/planner`, {
        metadata: { resourceVersion },
        spec: { holderIdentity, leaseTransitions: 2 },
      })
    await take('b')
    await expect(take('c')).rejects.toMatchObject({ code: 'CONFLICT', retryable: true })
    const { spec } = await plane.do('GET', `${LEASES}/planner`)
    expect(spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 2 })
  })
})

describe('expiry', () => {
  it('takes a real deployment to the safe state once the plan has run out', async () => {
    await deploy('llama-eu-north', 1)
    const w = actingWorld(
      '{ minDwellMinutes: 0 }',
      "backends: [{ id: cluster, kind: kubernetes, hpaVersion: v1, targets: [{ namespace: llm, name: '{model}-{region}' }] }]",
    )
    const backend = scaleAs()
    w.replaceBackend({ observe: backend.observe, apply: backend.apply })
    w.state.plan = planIn('eu-north', [1, 4])
    w.state.nowMs = startMs + 2 * HOUR_MS
    await applyPlan(w.ports, { version: 1, region: 'eu-north' })
    expect(await replicasOf('llama-eu-north')).toBe(4)
    expect((await w.audit.find({}))[0]).toMatchObject({ reason: 'the plan has expired' })
  })
})
