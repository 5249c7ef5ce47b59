import type { KubernetesObject } from '../kubernetes.ts'
import type { Observed, Owner } from '../port.ts'

interface WorkloadStatus {
  /** A string on Argo Rollouts, a number everywhere else. */
  readonly observedGeneration?: number | string
  readonly replicas?: number
  readonly readyReplicas?: number
  readonly updatedReplicas?: number
  readonly conditions?: readonly { readonly type: string; readonly status: string }[]
}

/** Kinds that leave `readyReplicas` out when it is 0; elsewhere a silent status is unknown. */
const TELLS_READINESS =
  /^(apps|leaderworkerset\.x-k8s\.io|argoproj\.io|orchestration\.aibrix\.ai)\//

/**
 * Readiness of a workload as it tells it itself: ready means that its controller has seen the
 * newest spec and that as many replicas answer as are asked for.
 */
export function readinessOf(
  object: KubernetesObject,
  replicas: number,
): Pick<Observed, 'settled' | 'rollingOut' | 'health'> & { readyReplicas?: number } {
  const status = (object.status ?? {}) as WorkloadStatus
  const apiVersion = (object as { apiVersion?: string }).apiVersion ?? ''
  const silentMeans = TELLS_READINESS.test(apiVersion) ? 0 : undefined
  const readyReplicas = status.readyReplicas ?? silentMeans
  const { generation = 0 } = object.metadata
  const upToDate = Number(status.observedGeneration ?? generation) >= generation
  const running = status.replicas ?? 0
  const rollingOut = running > (status.updatedReplicas ?? running)
  return {
    ...(readyReplicas !== undefined && { readyReplicas }),
    settled: upToDate && (readyReplicas ?? running) === replicas && running === replicas,
    rollingOut,
    health: healthOf(status),
  }
}

function healthOf({ conditions = [] }: WorkloadStatus): Observed['health'] {
  const is = (type: string) => conditions.find((condition) => condition.type === type)?.status
  if (is('Available') === 'False' || is('Progressing') === 'False') return 'degraded'
  return is('Available') === 'True' ? 'ok' : 'unknown'
}

/** Who last wrote the count, as far as the server recorded it, unless it was us. */
export function humanOwners(object: KubernetesObject): readonly Owner[] {
  return (object.metadata.managedFields ?? [])
    .filter(({ manager, fieldsV1 }) => {
      const spec = fieldsV1?.['f:spec'] as Record<string, unknown> | undefined
      return manager !== 'gridtide' && spec !== undefined && 'f:replicas' in spec
    })
    .map(({ manager = 'unknown', time }) => ({
      who: manager,
      how: 'human',
      field: 'replicas',
      ...(time !== undefined && { sinceMs: Date.parse(time) }),
    }))
}
