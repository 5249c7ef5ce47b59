import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { type KubernetesApi, listPath, missingAccess } from '../../actuation/index.ts'
import { Conflict, NotFound, UpstreamMalformed } from '../../domain/errors.ts'
import { readAsk } from '../job-ask.ts'
import { gpusOfPod, isTrue, marksOf, PodShape, StatusShape } from '../marked-object.ts'
import type { JobScheduler, WaitingJob, WaitingState } from '../port.ts'

export interface KubernetesJobsOptions {
  readonly id: string
  readonly region: string
  readonly namespace: string
}

const JobShape = Type.Object({
  metadata: Type.Object({
    name: Type.String(),
    uid: Type.String(),
    resourceVersion: Type.String(),
    annotations: Type.Optional(Type.Record(Type.String(), Type.String())),
  }),
  spec: Type.Object({
    suspend: Type.Optional(Type.Boolean()),
    parallelism: Type.Optional(Type.Integer({ minimum: 0 })),
    template: PodShape,
  }),
  status: Type.Optional(StatusShape),
})
const jobShape = Compile(JobShape)
type Job = Type.Static<typeof JobShape>

const MARKED = 'labelSelector=gridtide.dev%2Fbatch%3Dtrue'
const KIND = { group: 'batch', version: 'v1', plural: 'jobs' }

/**
 * Kubernetes Jobs with the label `gridtide.dev/batch: "true"`, by `spec.suspend`. Create them
 * suspended. Suspending one that runs deletes its pods, so only what says it may be interrupted is.
 */
export function kubernetesJobs(
  api: KubernetesApi,
  { id, region, namespace }: KubernetesJobsOptions,
): JobScheduler {
  const path = listPath({ ...KIND, namespace })

  /**
   * On condition of the version it was decided on; whoever changed it meanwhile is looked at again.
   *
   * @returns whether it was not so yet
   */
  async function suspend(name: string, value: boolean, notBeforeMs?: number, abort?: AbortSignal) {
    try {
      const { metadata, spec, status } = jobOf(await api.get(`${path}/${name}`, abort))
      if (stateOf({ spec, status }) === 'ended' || (spec.suspend ?? false) === value) return false
      const { resourceVersion } = metadata
      const until = notBeforeMs === undefined ? null : new Date(notBeforeMs).toISOString()
      const annotations = { 'gridtide.dev/not-before': until }
      const change = { metadata: { resourceVersion, annotations }, spec: { suspend: value } }
      await api.mergePatch(`${path}/${name}`, change, { abort })
      return true
    } catch (error) {
      // Gone, or changed by somebody else: the next look will tell.
      if (!(error instanceof NotFound || error instanceof Conflict)) throw error
      return false
    }
  }

  return {
    id,
    regions: [region],
    async list(abort) {
      const jobs = await api.list(`${path}?${MARKED}`, abort)
      return jobs.map((object) => waitingJob(jobOf(object)))
    },
    release: ({ name }, _regions, abort) => suspend(name, false, undefined, abort),
    async hold({ name }, untilMs, abort) {
      await suspend(name, true, untilMs, abort)
    },
    missing: (abort) =>
      missingAccess(
        api,
        (['list', 'get', 'patch'] as const).map((verb) => ({
          group: KIND.group,
          resource: KIND.plural,
          namespace,
          verb,
        })),
        abort,
      ),
  }
}

function jobOf(object: unknown): Job {
  if (jobShape.Check(object)) return object
  throw new UpstreamMalformed('a Job is not as batch/v1 says', { upstream: 'kubernetes' })
}

const waitingJob = ({ metadata, spec, status }: Job): WaitingJob => ({
  name: metadata.name,
  uid: metadata.uid,
  state: stateOf({ spec, status }),
  ask: readAsk(marksOf(metadata.annotations), {
    gpus: gpusOfPod(spec.template) * (spec.parallelism ?? 1),
  }),
})

function stateOf({ spec, status }: Pick<Job, 'spec' | 'status'>): WaitingState {
  if (isTrue(status, 'Complete') || isTrue(status, 'Failed')) return 'ended'
  return spec.suspend ? 'held' : 'released'
}
