import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { type KubernetesApi, missingAccess } from '../../actuation/index.ts'
import { UpstreamMalformed } from '../../domain/errors.ts'
import { signedSecondsFromMs } from '../../domain/units.ts'
import {
  changeStatus,
  isFinished,
  KUEUE,
  type Workload,
  waitingWorkload,
  workloadOf,
  workloadRights,
  workloadsPath,
} from '../kueue-workload.ts'
import { isTrue, StatusShape } from '../marked-object.ts'
import type { JobScheduler, WaitingState } from '../port.ts'

export interface KueueOptions {
  readonly id: string
  readonly region: string
  readonly namespace: string
  /** Name of the AdmissionCheck; its `controllerName` is `gridtide.dev/planner`. */
  readonly check: string
  readonly nowMs: () => number
}

/** What the AdmissionCheck has to name as its controller. */
const CONTROLLER = 'gridtide.dev/planner'
const CHECK_KIND = 'admissionchecks'
/** A look that is lost must not cost more than this. */
const LONGEST_REQUEUE_SECONDS = 3600

const checkShape = Compile(
  Type.Object({
    metadata: Type.Object({ resourceVersion: Type.String() }),
    spec: Type.Object({ controllerName: Type.String() }),
    status: Type.Optional(StatusShape),
  }),
)

/**
 * An AdmissionCheck of Kueue. `Ready` lets a workload go; `Retry` with `requeueAfterSeconds` gives its
 * quota back until its time has come, and evicts one that runs. Workloads without our marks are
 * `Ready` at once.
 */
export function kueue(
  api: KubernetesApi,
  { id, region, namespace, check, nowMs }: KueueOptions,
): JobScheduler {
  const path = workloadsPath(namespace)
  const checkPath = `/apis/${KUEUE.group}/${KUEUE.version}/${CHECK_KIND}/${check}`

  /** A ClusterQueue stands still while one of its checks is not Active. */
  async function announce(abort?: AbortSignal): Promise<void> {
    const object = await api.get(checkPath, abort)
    if (!checkShape.Check(object) || object.spec.controllerName !== CONTROLLER) {
      throw new UpstreamMalformed(`AdmissionCheck ${check} is not for ${CONTROLLER}`, {
        upstream: 'kubernetes',
      })
    }
    if (isTrue(object.status, 'Active')) return
    const active = {
      type: 'Active',
      status: 'True',
      reason: 'Planning',
      message: 'Gridtide decides when these workloads run',
      lastTransitionTime: new Date(nowMs()).toISOString(),
    }
    const { resourceVersion } = object.metadata
    const body = { metadata: { resourceVersion }, status: { conditions: [active] } }
    await api.mergePatch(`${checkPath}/status`, body, { abort })
  }

  const tell = (name: string, wanted: CheckState, abort?: AbortSignal) =>
    changeStatus(api, `${path}/${name}`, (workload) => told(workload, check, wanted, nowMs()), {
      abort,
    })

  return {
    id,
    regions: [region],
    async list(abort) {
      await announce(abort)
      const workloads = (await api.list(path, abort)).map(workloadOf)
      const ours = workloads.flatMap((workload) => {
        const state = stateOf(workload, check)
        return state ? [waitingWorkload(api, namespace, workload, state, abort)] : []
      })
      return Promise.all(ours)
    },
    release: ({ name }, _regions, abort) =>
      tell(name, { state: 'Ready', message: 'its planned time has come' }, abort),
    async hold({ name }, untilMs, abort) {
      const seconds = Math.ceil(signedSecondsFromMs(untilMs - nowMs()))
      const requeueAfterSeconds = Math.min(LONGEST_REQUEUE_SECONDS, Math.max(1, seconds))
      const message = `planned for ${new Date(untilMs).toISOString()}`
      await tell(name, { state: 'Retry', message, requeueAfterSeconds }, abort)
    },
    missing: (abort) =>
      missingAccess(
        api,
        [
          ...workloadRights(namespace),
          { group: KUEUE.group, resource: CHECK_KIND, namespace: '', verb: 'get' },
          {
            group: KUEUE.group,
            resource: CHECK_KIND,
            subresource: 'status',
            namespace: '',
            verb: 'patch',
          },
        ],
        abort,
      ),
  }
}

interface CheckState {
  readonly state: 'Ready' | 'Retry'
  readonly message: string
  readonly requeueAfterSeconds?: number
}

/** @returns undefined for workloads that do not ask us, or whose quota is not there yet */
function stateOf(workload: Workload, check: string): WaitingState | undefined {
  if (isFinished(workload)) return 'ended'
  const ours = workload.status?.admissionChecks?.find(({ name }) => name === check)
  if (!ours) return undefined
  return ours.state === 'Ready' ? 'released' : 'held'
}

/** The list is replaced as a whole by a merge patch: the checks of others stay as they were read. */
function told({ status }: Workload, check: string, wanted: CheckState, nowMs: number) {
  const checks = status?.admissionChecks ?? []
  const before = checks.find(({ name }) => name === check)
  if (!before || before.state === wanted.state) return undefined
  const lastTransitionTime = new Date(nowMs).toISOString()
  const mine = { ...before, ...wanted, lastTransitionTime }
  return { admissionChecks: checks.map((one) => (one === before ? mine : one)) }
}
