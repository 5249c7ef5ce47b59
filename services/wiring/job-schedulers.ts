import type { KubernetesApi } from '../actuation/index.ts'
import { msFromSeconds } from '../domain/units.ts'
import type { Fleet, JobScheduler as Options } from '../fleet/index.ts'
import type { SchedulerPorts } from '../pipeline/heed-schedulers.ts'
import { kubernetesJobs } from '../schedulers/adapters/kubernetes-jobs.ts'
import { kueue } from '../schedulers/adapters/kueue.ts'
import { multiKueue } from '../schedulers/adapters/multikueue.ts'
import { slurm } from '../schedulers/adapters/slurm.ts'
import type { JobScheduler } from '../schedulers/index.ts'
import { promiseOf } from './batch-steps.ts'
import { clusterOf } from './cluster-of.ts'
import type { Service } from './service.ts'

/**
 * Every foreign scheduler that a fleet names.
 *
 * @throws InvalidInput where a kubeconfig is missing
 */
export const openSchedulers = (
  { jobSchedulers }: Pick<Fleet, 'jobSchedulers'>,
  nowMs: () => number,
): Promise<readonly JobScheduler[]> =>
  Promise.all(
    jobSchedulers.map(async (one) =>
      one.kind === 'slurm' ? slurmOf(one, nowMs) : onCluster(one, await clusterOf(one), nowMs),
    ),
  )

type Kind<Name extends Options['kind']> = Extract<Options, { kind: Name }>

function onCluster(
  one: Exclude<Options, Kind<'slurm'>>,
  api: KubernetesApi,
  nowMs: () => number,
): JobScheduler {
  switch (one.kind) {
    case 'kubernetes-jobs':
      return kubernetesJobs(api, one)
    case 'kueue':
      return kueue(api, { ...one, nowMs })
    case 'multikueue':
      return multiKueue(api, one)
  }
}

const slurmOf = (
  { id, region, prefix, partition, timeoutSeconds }: Kind<'slurm'>,
  nowMs: () => number,
): JobScheduler =>
  slurm({
    id,
    region,
    prefix,
    timeoutMs: msFromSeconds(timeoutSeconds),
    nowMs,
    ...(partition !== undefined && { partition }),
  })

/** What steering jobs at foreign schedulers asks for, out of an open service. */
export async function schedulerPorts(service: Service): Promise<SchedulerPorts> {
  const { stores, nowMs, log, fleet } = service
  return {
    schedulers: await openSchedulers(fleet, nowMs),
    jobs: stores.jobs,
    promise: promiseOf(service),
    nowMs,
    warn: (message) => log.warn(message),
  }
}
