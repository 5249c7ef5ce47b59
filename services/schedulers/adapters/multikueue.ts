import { type KubernetesApi, missingAccess } from '../../actuation/index.ts'
import {
  changeStatus,
  isFinished,
  type Workload,
  waitingWorkload,
  workloadOf,
  workloadRights,
  workloadsPath,
} from '../kueue-workload.ts'
import { isTrue } from '../marked-object.ts'
import type { JobScheduler, WaitingState } from '../port.ts'

export interface MultiKueueOptions {
  readonly id: string
  readonly namespace: string
  /** Worker clusters by their names in MultiKueue, and the region each is in. */
  readonly clusters: readonly { readonly name: string; readonly region: string }[]
}

/** Kueue lets nobody else write what it admits by. */
const FIELD_MANAGER = 'kueue-admission'
/** Of `status.nominatedClusterNames`, by Kueue's CRD. */
const MOST_NOMINATED = 10

/**
 * The dispatcher of MultiKueue (`multiKueue.dispatcherName: gridtide.dev/dispatcher`): nominates the
 * worker clusters of the planned region when the planned time has come. A workload that was
 * dispatched cannot be called back from here: only what has no cluster yet is held.
 */
export function multiKueue(
  api: KubernetesApi,
  { id, namespace, clusters }: MultiKueueOptions,
): JobScheduler {
  const path = workloadsPath(namespace)
  const nominate = (name: string, names: readonly string[], abort?: AbortSignal) =>
    changeStatus(
      api,
      `${path}/${name}`,
      ({ status }) => {
        const before = status?.nominatedClusterNames ?? []
        const same = before.length === names.length && names.every((one) => before.includes(one))
        return same || status?.clusterName ? undefined : { nominatedClusterNames: names }
      },
      { fieldManager: FIELD_MANAGER, abort },
    )

  return {
    id,
    regions: [...new Set(clusters.map(({ region }) => region))],
    async list(abort) {
      const workloads = (await api.list(path, abort)).map(workloadOf)
      const ours = workloads.flatMap((workload) => {
        const state = stateOf(workload)
        return state ? [waitingWorkload(api, namespace, workload, state, abort)] : []
      })
      return Promise.all(ours)
    },
    release({ name }, regions, abort) {
      const those = clusters.filter(({ region }) => regions.includes(region))
      const names = those.map((cluster) => cluster.name).slice(0, MOST_NOMINATED)
      return nominate(name, names, abort)
    },
    async hold({ name }, _untilMs, abort) {
      await nominate(name, [], abort)
    },
    missing: (abort) => missingAccess(api, workloadRights(namespace), abort),
  }
}

/** @returns undefined before its quota is reserved: nobody dispatches it then */
function stateOf(workload: Workload): WaitingState | undefined {
  if (isFinished(workload)) return 'ended'
  const { status } = workload
  if (status?.clusterName || (status?.nominatedClusterNames ?? []).length > 0) return 'released'
  return isTrue(status, 'QuotaReserved') ? 'held' : undefined
}
