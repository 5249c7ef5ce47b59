import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import {
  type KubernetesAccess,
  type KubernetesApi,
  type KubernetesObject,
  listPath,
} from '../actuation/index.ts'
import { Conflict, NotFound, UpstreamMalformed } from '../domain/errors.ts'
import { readAsk } from './job-ask.ts'
import { gpusOfPod, isTrue, marksOf, PodShape } from './marked-object.ts'
import type { WaitingJob, WaitingState } from './port.ts'

const Condition = Type.Object({ type: Type.String(), status: Type.String() })
const Check = Type.Object({ name: Type.String(), state: Type.String() })

/** What we read of a Workload of `kueue.x-k8s.io/v1beta2`. */
const WorkloadShape = Type.Object({
  metadata: Type.Object({
    name: Type.String(),
    uid: Type.String(),
    resourceVersion: Type.String(),
    annotations: Type.Optional(Type.Record(Type.String(), Type.String())),
    ownerReferences: Type.Optional(
      Type.Array(Type.Object({ kind: Type.String(), name: Type.String() })),
    ),
  }),
  spec: Type.Object({
    podSets: Type.Array(
      Type.Object({ count: Type.Optional(Type.Integer({ minimum: 0 })), template: PodShape }),
    ),
    maximumExecutionTimeSeconds: Type.Optional(Type.Integer({ minimum: 1 })),
  }),
  status: Type.Optional(
    Type.Object({
      conditions: Type.Optional(Type.Array(Condition)),
      admissionChecks: Type.Optional(Type.Array(Check)),
      clusterName: Type.Optional(Type.String()),
      nominatedClusterNames: Type.Optional(Type.Array(Type.String())),
    }),
  ),
})
export type Workload = Static<typeof WorkloadShape>
const workloadShape = Compile(WorkloadShape)

/** Kueue's objects are served under it since v0.15; v1beta1 has the same fields. */
export const KUEUE = { group: 'kueue.x-k8s.io', version: 'v1beta2' }
const SECONDS_PER_HOUR = 3600

export const workloadsPath = (namespace: string): string =>
  listPath({ ...KUEUE, plural: 'workloads', namespace })

/** @throws UpstreamMalformed where it is not as Kueue's CRD says */
export function workloadOf(object: KubernetesObject): Workload {
  if (workloadShape.Check(object)) return object
  throw new UpstreamMalformed('a Workload is not as kueue.x-k8s.io/v1beta2 says', {
    upstream: 'kubernetes',
  })
}

export const isFinished = ({ status }: Workload): boolean => isTrue(status, 'Finished')

/** Kueue copies no annotations to a Workload: its own go before those of the Job it stands for. */
export async function waitingWorkload(
  api: KubernetesApi,
  namespace: string,
  workload: Workload,
  state: WaitingState,
  abort?: AbortSignal,
): Promise<WaitingJob> {
  const { metadata, spec } = workload
  const own = marksOf(metadata.annotations)
  const marks =
    own.deadline === undefined ? await marksOfOwner(api, namespace, workload, abort) : own
  const seconds = spec.maximumExecutionTimeSeconds
  const gpus = spec.podSets.reduce(
    (sum, { count = 1, template }) => sum + count * gpusOfPod(template),
    0,
  )
  const said = { gpus, ...(seconds !== undefined && { hours: seconds / SECONDS_PER_HOUR }) }
  return { name: metadata.name, uid: metadata.uid, state, ask: readAsk(marks, said) }
}

async function marksOfOwner(
  api: KubernetesApi,
  namespace: string,
  { metadata }: Workload,
  abort?: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'Job')
  if (!owner) return {}
  const jobs = listPath({ group: 'batch', version: 'v1', plural: 'jobs', namespace })
  try {
    return marksOf((await api.get(`${jobs}/${owner.name}`, abort)).metadata.annotations)
  } catch (error) {
    if (error instanceof NotFound) return {}
    throw error
  }
}

/**
 * Changes the status of a Workload, on condition of the version it was decided on. One that is gone,
 * has finished, or was changed meanwhile is left to the next look.
 *
 * @param change undefined where nothing is to be changed
 * @returns whether it was changed
 */
export async function changeStatus(
  api: KubernetesApi,
  path: string,
  change: (workload: Workload) => Readonly<Record<string, unknown>> | undefined,
  { fieldManager, abort }: { fieldManager?: string; abort?: AbortSignal | undefined },
): Promise<boolean> {
  try {
    const object = await api.get(path, abort)
    const workload = workloadOf(object)
    const status = isFinished(workload) ? undefined : change(workload)
    if (!status) return false
    const { resourceVersion } = workload.metadata
    await api.mergePatch(
      `${path}/status`,
      { metadata: { resourceVersion }, status },
      { fieldManager, abort },
    )
    return true
  } catch (error) {
    if (!(error instanceof NotFound || error instanceof Conflict)) throw error
    return false
  }
}

/** Rights to see workloads, the Jobs behind them, and to write what we decided. */
export const workloadRights = (namespace: string): readonly KubernetesAccess[] => [
  { group: KUEUE.group, resource: 'workloads', namespace, verb: 'list' },
  { group: KUEUE.group, resource: 'workloads', namespace, verb: 'get' },
  { group: KUEUE.group, resource: 'workloads', subresource: 'status', namespace, verb: 'patch' },
  { group: 'batch', resource: 'jobs', namespace, verb: 'get' },
]
