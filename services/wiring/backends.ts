import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { dryRunBackend } from '../actuation/adapters/dry-run.ts'
import { kubeconfigConnection } from '../actuation/adapters/kubeconfig.ts'
import { kubernetesApi } from '../actuation/adapters/kubernetes-api.ts'
import { kubernetesScale } from '../actuation/adapters/kubernetes-scale.ts'
import { signedHttp } from '../actuation/adapters/signed-http.ts'
import {
  exactly,
  type GuardDeps,
  type InferenceBackend,
  type TargetMemory,
} from '../actuation/index.ts'
import type { Backend, Fleet } from '../fleet/index.ts'
import { guardedAgents, PRIVATE_NETWORKS } from '../platform/address-guard.ts'
import { axiosHttp } from '../platform/http.ts'
import { readSecret } from './secrets.ts'

export interface BackendDeps {
  readonly memory: TargetMemory
  readonly nowMs: () => number
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The backends of a fleet, by their ids.
 *
 * @throws InvalidInput where a secret or a kubeconfig is missing: a fleet that cannot be steered
 *   must say so at start, not at the first command
 */
export async function openBackends(
  fleet: Fleet,
  deps: BackendDeps,
): Promise<ReadonlyMap<string, InferenceBackend>> {
  const guard: GuardDeps = {
    memory: deps.memory,
    nowMs: deps.nowMs,
    sleep: async (durationMs, signal) => {
      await setTimeout(durationMs, undefined, signal ? { signal } : {})
    },
  }
  const backends = new Map<string, InferenceBackend>()
  for (const backend of fleet.backends) backends.set(backend.id, await open(backend, guard, deps))
  return backends
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
      const agents = guardedAgents(backend.allowPrivate ? PRIVATE_NETWORKS : [])
      const http = axiosHttp({ httpAgent: agents.http, httpsAgent: agents.https })
      return signedHttp(http, { secret: await readSecret(backend.secret, env) }, guard)
    }
    case 'kubernetes': {
      const { kubeconfig, context } = backend
      const connection = kubeconfigConnection({
        ...(kubeconfig !== undefined && { text: await readFile(kubeconfig, 'utf8') }),
        ...(context !== undefined && { context }),
      })
      return kubernetesScale(kubernetesApi(connection), guard)
    }
  }
}
