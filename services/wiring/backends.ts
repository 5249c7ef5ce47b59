import { setTimeout } from 'node:timers/promises'
import { dryRunBackend } from '../actuation/adapters/dry-run.ts'
import { execBackend } from '../actuation/adapters/exec.ts'
import {
  hpaBounds,
  kedaPauseBackend,
  kserveBackend,
  kserveLlmBackend,
  scaledObjectBounds,
} from '../actuation/adapters/kubernetes-objects.ts'
import { kubernetesScale } from '../actuation/adapters/kubernetes-scale.ts'
import { rayServe } from '../actuation/adapters/ray-serve.ts'
import { signedHttp } from '../actuation/adapters/signed-http.ts'
import { triton } from '../actuation/adapters/triton.ts'
import { vllmSleep } from '../actuation/adapters/vllm-sleep.ts'
import { zeusd } from '../actuation/adapters/zeusd.ts'
import {
  enginePool,
  exactly,
  type GuardDeps,
  type InferenceBackend,
  type KubernetesApi,
  type TargetMemory,
} from '../actuation/index.ts'
import { msFromSeconds } from '../domain/units.ts'
import type { Backend, Fleet, Route } from '../fleet/index.ts'
import { gatewayApi } from '../traffic/adapters/gateway-api.ts'
import { istio } from '../traffic/adapters/istio.ts'
import { liteLlm } from '../traffic/adapters/litellm.ts'
import { clusterOf } from './cluster-of.ts'
import { guardedHttp } from './guarded-http.ts'
import { readSecret } from './secrets.ts'

export interface BackendDeps {
  readonly memory: TargetMemory
  readonly nowMs: () => number
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The parts of a fleet file that say what is steered. */
export type Steered = Pick<Fleet, 'backends' | 'routes' | 'powerCaps'>

/**
 * Everything that a fleet steers: backends by their ids, routers under `routes/`, power under `power/`.
 *
 * @throws InvalidInput where a secret or a kubeconfig is missing: a fleet that cannot be steered
 *   must say so at start, not at the first command
 */
export async function openBackends(
  { backends, routes, powerCaps }: Steered,
  deps: BackendDeps,
): Promise<ReadonlyMap<string, InferenceBackend>> {
  const guard: GuardDeps = {
    memory: deps.memory,
    nowMs: deps.nowMs,
    sleep: async (durationMs, signal) => {
      await setTimeout(durationMs, undefined, signal ? { signal } : {})
    },
  }
  const opened = new Map<string, InferenceBackend>()
  for (const backend of backends) opened.set(backend.id, await open(backend, guard, deps))
  for (const route of routes) opened.set(`routes/${route.id}`, await openRoute(route, guard, deps))
  for (const { id, token, ...reach } of powerCaps) {
    const options = token === undefined ? {} : { token: await readSecret(token, deps.env) }
    opened.set(`power/${id}`, zeusd(guardedHttp(reach), options, guard))
  }
  return opened
}

async function openRoute(
  route: Route,
  guard: GuardDeps,
  { env }: BackendDeps,
): Promise<InferenceBackend> {
  if (route.kind === 'litellm') {
    const apiKey = await readSecret(route.apiKey, env)
    return liteLlm(guardedHttp(route), { apiKey }, guard)
  }
  const api = await clusterOf(route)
  return route.kind === 'istio' ? istio(api, guard) : gatewayApi(api, guard)
}

async function open(
  backend: Backend,
  guard: GuardDeps,
  { env }: BackendDeps,
): Promise<InferenceBackend> {
  switch (backend.kind) {
    case 'dry-run':
      // Nothing runs at first: what a plan wants is then told as a change, as it would be for real.
      return dryRunBackend(guard, { initial: () => ({ replicas: exactly(0) }) })
    case 'http': {
      const secret = await readSecret(backend.secret, env)
      return signedHttp(guardedHttp(backend), { secret }, guard)
    }
    case 'ray-serve': {
      const token = backend.token === undefined ? undefined : await readSecret(backend.token, env)
      const http = guardedHttp(backend)
      return rayServe(http, token === undefined ? {} : { token }, guard)
    }
    case 'vllm-sleep': {
      const { asleep } = backend
      return enginePool(vllmSleep(guardedHttp(backend), guard), { asleep }, guard)
    }
    case 'triton': {
      const server = triton(guardedHttp(backend), guard)
      return enginePool(server, { asleep: 'unloaded' }, guard)
    }
    case 'exec': {
      // Its schema asks for one word or more.
      const command = backend.command as [string, ...string[]]
      return execBackend({ command, timeoutMs: msFromSeconds(backend.timeoutSeconds) }, guard)
    }
    default:
      return onCluster(backend, await clusterOf(backend), guard)
  }
}

type ClusterBackend = Extract<Backend, { targets: { namespace: string }[] }>

function onCluster(
  backend: ClusterBackend,
  api: KubernetesApi,
  guard: GuardDeps,
): InferenceBackend {
  switch (backend.kind) {
    case 'kubernetes':
      return kubernetesScale(api, guard, { hpaVersion: backend.hpaVersion })
    case 'hpa-bounds':
      return hpaBounds(api, guard)
    case 'scaled-object-bounds':
      return scaledObjectBounds(api, guard)
    case 'keda-pause':
      return kedaPauseBackend(api, guard)
    case 'kserve-inference-service':
      return kserveBackend(api, guard)
    case 'kserve-llm-inference-service':
      return kserveLlmBackend(api, guard)
  }
}
