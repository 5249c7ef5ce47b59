import { expect, it } from 'vitest'
import { multiKueue } from '../../services/schedulers/adapters/multikueue.ts'
import {
  describeJobScheduler,
  type Marks,
  type SchedulerHarness,
} from '../contracts/job-scheduler.contract.ts'
import { annotated, kubernetesWorld, podWith } from './kubernetes-world.ts'
import { assertWorkloadStatus } from './kueue-crd.ts'

const WORKLOADS = '/apis/kueue.x-k8s.io/v1beta2/namespaces/train/workloads'

async function world() {
  const cluster = await kubernetesWorld({
    known: [WORKLOADS],
    validate: (_path, object) => assertWorkloadStatus(object),
  })
  const clusters = [
    { name: 'north-a', region: 'north' },
    { name: 'north-b', region: 'north' },
    { name: 'south', region: 'south' },
  ]
  const scheduler = multiKueue(cluster.api, { id: 'mk', namespace: 'train', clusters })
  let count = 0
  const change = (name: string, status: object) => {
    const path = `${WORKLOADS}/${name}`
    const object = cluster.objects.get(path)!
    cluster.put(path, { ...object, status: { ...object.status, ...status } })
  }
  const statusOf = (name: string) =>
    cluster.objects.get(`${WORKLOADS}/${name}`)!.status as {
      clusterName?: string
      nominatedClusterNames?: string[]
    }
  const harness: SchedulerHarness = {
    scheduler,
    nowMs: Date.parse('2026-01-20T12:00:00Z'),
    stops: false,
    submit(marks?: Marks) {
      const name = String(++count)
      cluster.put(`${WORKLOADS}/${name}`, {
        metadata: { uid: `wl-${name}`, annotations: annotated(marks) },
        spec: { podSets: [{ name: 'main', count: 1, template: podWith(8) }] },
        status: { conditions: [{ type: 'QuotaReserved', status: 'True' }] },
      })
      return name
    },
    start: (name) => change(name, { clusterName: 'south', nominatedClusterNames: [] }),
    end: (name) => change(name, { conditions: [{ type: 'Finished', status: 'True' }] }),
    remove: (name) => void cluster.objects.delete(`${WORKLOADS}/${name}`),
    mayRun: (name) => {
      const { clusterName, nominatedClusterNames = [] } = statusOf(name)
      return clusterName !== undefined || nominatedClusterNames.length > 0
    },
    writes: () => cluster.writes().length,
    close: cluster.close,
  }
  return { ...harness, cluster, statusOf }
}

describeJobScheduler('multikueue', world)

it('nominates the clusters of the planned region, as Kueue wants to be told', async () => {
  const one = await world()
  const name = await one.submit({ deadline: '2026-01-21T00:00:00Z', hours: '2' })
  const [job] = await one.scheduler.list()
  await one.scheduler.release(job!, ['north'])
  expect(one.statusOf(name).nominatedClusterNames).toEqual(['north-a', 'north-b'])
  expect(one.cluster.writes()[0]!.query.get('fieldManager')).toBe('kueue-admission')
  expect(one.scheduler.regions).toEqual(['north', 'south'])
  await one.close()
})

it('sees nothing of a workload without quota', async () => {
  const one = await world()
  const name = await one.submit({ deadline: '2026-01-21T00:00:00Z', hours: '2' })
  const path = `${WORKLOADS}/${name}`
  one.cluster.put(path, { ...one.cluster.objects.get(path)!, status: {} })
  expect(await one.scheduler.list()).toEqual([])
  await one.close()
})
