import { expect, it } from 'vitest'
import { UpstreamMalformed } from '../../services/domain/errors.ts'
import { kueue } from '../../services/schedulers/adapters/kueue.ts'
import {
  describeJobScheduler,
  type Marks,
  type SchedulerHarness,
} from '../contracts/job-scheduler.contract.ts'
import { annotated, kubernetesWorld, podWith } from './kubernetes-world.ts'
import { assertWorkloadStatus } from './kueue-crd.ts'

const WORKLOADS = '/apis/kueue.x-k8s.io/v1beta2/namespaces/train/workloads'
const JOBS = '/apis/batch/v1/namespaces/train/jobs'
const CHECK = '/apis/kueue.x-k8s.io/v1beta2/admissionchecks/gridtide'
const NOW = '2026-01-20T12:00:00Z'

async function world(controllerName = 'gridtide.dev/planner') {
  const cluster = await kubernetesWorld({
    known: [WORKLOADS],
    validate: (path, object) => {
      if (path.startsWith(WORKLOADS)) assertWorkloadStatus(object)
    },
  })
  cluster.put(CHECK, { metadata: {}, spec: { controllerName } })
  const nowMs = Date.parse(NOW)
  const options = { id: 'kueue', region: 'north', namespace: 'train', check: 'gridtide' }
  const scheduler = kueue(cluster.api, { ...options, nowMs: () => nowMs })
  let count = 0
  const ours = (state: string) => ({
    name: 'gridtide',
    state,
    lastTransitionTime: NOW,
    message: '',
  })
  const quota = { name: 'provisioning', state: 'Ready', lastTransitionTime: NOW, message: '' }
  const change = (name: string, status: object) => {
    const path = `${WORKLOADS}/${name}`
    const object = cluster.objects.get(path)!
    cluster.put(path, { ...object, status: { ...object.status, ...status } })
  }
  const harness: SchedulerHarness = {
    scheduler,
    nowMs,
    stops: true,
    submit(marks?: Marks) {
      const name = String(++count)
      cluster.put(`${JOBS}/train-${name}`, {
        metadata: { uid: `job-${name}`, annotations: annotated(marks) },
        spec: {},
      })
      cluster.put(`${WORKLOADS}/${name}`, {
        metadata: { uid: `wl-${name}`, ownerReferences: [{ kind: 'Job', name: `train-${name}` }] },
        spec: { podSets: [{ name: 'main', count: 2, template: podWith(8) }] },
        status: { admissionChecks: [quota, ours('Pending')] },
      })
      return name
    },
    start: (name) => change(name, { admissionChecks: [quota, ours('Ready')] }),
    end: (name) => change(name, { conditions: [{ type: 'Finished', status: 'True' }] }),
    remove: (name) => void cluster.objects.delete(`${WORKLOADS}/${name}`),
    mayRun: (name) => checksOf(name).every(({ state }) => state === 'Ready'),
    writes: () => cluster.writes().length,
    close: cluster.close,
  }
  const checksOf = (name: string) =>
    cluster.objects.get(`${WORKLOADS}/${name}`)!.status!.admissionChecks as {
      name: string
      state: string
      requeueAfterSeconds?: number
    }[]
  return { ...harness, cluster, checksOf }
}

describeJobScheduler('kueue', () => world())

it('reports its check as Active, once', async () => {
  const one = await world()
  await one.scheduler.list()
  expect(one.cluster.objects.get(CHECK)!.status).toMatchObject({
    conditions: [{ type: 'Active', status: 'True' }],
  })
  const writes = one.writes()
  await one.scheduler.list()
  expect(one.writes()).toBe(writes)
  await one.close()
})

it('gives quota back until the hour, and leaves the checks of others alone', async () => {
  const one = await world()
  const name = await one.submit({ deadline: '2026-01-21T12:00:00Z', hours: '2' })
  const [job] = await one.scheduler.list()
  expect(job!.ask).toMatchObject({ gpus: 16 })
  await one.scheduler.hold(job!, one.nowMs + 600_000)
  expect(one.checksOf(name)).toMatchObject([
    { name: 'provisioning', state: 'Ready' },
    { name: 'gridtide', state: 'Retry', requeueAfterSeconds: 600 },
  ])
  await one.close()
})

it('knows the length of a job by its longest execution time', async () => {
  const one = await world()
  const name = await one.submit({ deadline: '2026-01-21T12:00:00Z' })
  const path = `${WORKLOADS}/${name}`
  const object = one.cluster.objects.get(path)!
  one.cluster.put(path, { ...object, spec: { ...object.spec, maximumExecutionTimeSeconds: 5400 } })
  expect((await one.scheduler.list())[0]!.ask).toMatchObject({ hours: 1.5 })
  await one.close()
})

it('refuses a check that belongs to somebody else', async () => {
  const one = await world('kueue.x-k8s.io/multikueue')
  await expect(one.scheduler.list()).rejects.toThrow(UpstreamMalformed)
  await one.close()
})

it('names the rights that are missing', async () => {
  const cluster = await kubernetesWorld({
    denied: ['patch workloads/status', 'get admissionchecks'],
  })
  const options = { id: 'kueue', region: 'north', namespace: 'train', check: 'gridtide' }
  expect(await kueue(cluster.api, { ...options, nowMs: Date.now }).missing()).toEqual([
    'may not patch workloads/status.kueue.x-k8s.io in train',
    'may not get admissionchecks.kueue.x-k8s.io in the cluster',
  ])
  await cluster.close()
})
