import { Job } from 'kubernetes-models/batch/v1'
import { expect, it } from 'vitest'
import { kubernetesJobs } from '../../services/schedulers/adapters/kubernetes-jobs.ts'
import {
  describeJobScheduler,
  type Marks,
  type SchedulerHarness,
} from '../contracts/job-scheduler.contract.ts'
import { annotated, kubernetesWorld, podWith } from './kubernetes-world.ts'

const LIST = '/apis/batch/v1/namespaces/train/jobs'

async function world() {
  const cluster = await kubernetesWorld({
    known: [LIST],
    validate: (_path, object) => new Job(object as never).validate(),
  })
  const scheduler = kubernetesJobs(cluster.api, { id: 'k8s', region: 'north', namespace: 'train' })
  let count = 0
  const put = (name: string, over: { suspend?: boolean; marks?: Marks; status?: object }) => {
    const before = cluster.objects.get(`${LIST}/${name}`)
    cluster.put(`${LIST}/${name}`, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: before?.metadata ?? {
        uid: `5f1c7b1e-0000-4000-8000-${name.padStart(12, '0')}`,
        labels: { 'gridtide.dev/batch': 'true' },
        annotations: annotated(over.marks),
      },
      spec: {
        suspend: over.suspend ?? false,
        parallelism: 2,
        template: podWith(4),
      },
      status: over.status ?? {},
    })
  }
  const harness: SchedulerHarness = {
    scheduler,
    nowMs: Date.parse('2026-01-20T12:00:00Z'),
    stops: true,
    submit(marks) {
      const name = String(++count)
      put(name, { suspend: true, ...(marks && { marks }) })
      return name
    },
    start: (name) => put(name, {}),
    end: (name) => put(name, { status: { conditions: [{ type: 'Complete', status: 'True' }] } }),
    remove: (name) => void cluster.objects.delete(`${LIST}/${name}`),
    mayRun: (name) => cluster.objects.get(`${LIST}/${name}`)!.spec.suspend === false,
    writes: () => cluster.writes().length,
    close: cluster.close,
  }
  return { ...harness, cluster }
}

describeJobScheduler('kubernetes-jobs', world)

it('counts the GPUs of all pods, and asks for marked Jobs alone', async () => {
  const one = await world()
  await one.submit({ deadline: '2026-01-21T00:00:00Z', hours: '2' })
  const [job] = await one.scheduler.list()
  expect(job!.ask).toMatchObject({ gpus: 8 })
  const asked = one.cluster.asked.find(({ path }) => path === LIST)!
  expect(asked.query.get('labelSelector')).toBe('gridtide.dev/batch=true')
  await one.close()
})

it('leaves a Job alone that somebody changes at the same moment', async () => {
  const one = await world()
  const name = await one.submit({ deadline: '2026-01-21T00:00:00Z', hours: '2' })
  const [job] = await one.scheduler.list()
  one.cluster.onAsked(({ method }) => {
    if (method === 'PATCH') {
      const path = `${LIST}/${name}`
      const object = one.cluster.objects.get(path)!
      one.cluster.put(path, { ...object, spec: { ...object.spec, parallelism: 3 } })
    }
  })
  await one.scheduler.release(job!, ['north'])
  expect(one.mayRun(name)).toBe(false)
  await one.close()
})
