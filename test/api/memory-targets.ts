import type { TenantPorts } from '../../services/api/index.ts'

const WANTED = {
  targetId: 'eu-north/llama-70b/H100',
  namespace: 'llm',
  name: 'llama-70b',
  model: 'llama-70b',
  gpu: 'H100',
  replicas: 2,
}

/** One target of two replicas, of which there are four. */
export const memoryTargets = (): TenantPorts['targets'] => ({
  list: async () => [
    {
      id: WANTED.targetId,
      kind: 'replicas',
      region: 'eu-north',
      backend: 'kubernetes-scale',
      wanted: { replicas: { min: 2, max: 2 } },
      status: 'synced',
    },
  ],
  desired: async (id) =>
    id === WANTED.targetId ? { desiredReplicas: 2, active: 1, planVersion: 3 } : undefined,
  wanted: async () => [WANTED],
  wantedBesideCurrent: async () => [{ ...WANTED, currentReplicas: 4 }],
})
