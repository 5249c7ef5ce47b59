import { expect, it, vi } from 'vitest'
import type { DeferredJob, JobRequest } from '../../services/deferred/index.ts'
import { InvalidInput, UpstreamUnavailable } from '../../services/domain/errors.ts'
import { heedSchedulers, type SchedulerPorts } from '../../services/pipeline/heed-schedulers.ts'
import { releaseDue } from '../../services/pipeline/release-due.ts'
import type { JobAnswer } from '../../services/pipeline/submit-jobs.ts'
import {
  type JobAsk,
  type JobScheduler,
  latestStartMs,
  type WaitingJob,
} from '../../services/schedulers/index.ts'

const HOUR_MS = 3_600_000
const NOW_MS = Date.parse('2026-01-20T12:00:00Z')
const ask: JobAsk = {
  deadlineMs: NOW_MS + 12 * HOUR_MS,
  hours: 2,
  gpus: 8,
  interruptible: false,
  startMinutes: 0,
  checkpointMinutes: 0,
  slowestRatio: 0.5,
  priority: 0,
}
const job = (over: Partial<WaitingJob> = {}): WaitingJob => ({
  name: 'one',
  uid: 'uid-1',
  state: 'held',
  ask,
  ...over,
})

function world(found: readonly WaitingJob[], { startsIn = 3, nowMs = NOW_MS } = {}) {
  const told: string[] = []
  const kept = new Map<string, DeferredJob>()
  const promised: JobRequest[] = []
  const scheduler: JobScheduler = {
    id: 'k8s',
    regions: ['north', 'south'],
    list: async () => found,
    release: async ({ name }, regions) => {
      told.push(`release ${name} ${regions.join('+')}`)
      return name !== 'waits-for-gpus'
    },
    hold: async ({ name }, untilMs) =>
      void told.push(`hold ${name} ${(untilMs - NOW_MS) / HOUR_MS} h`),
    missing: async () => [],
  }
  const keep = (id: string, over: Partial<DeferredJob> = {}) => {
    const startMs = NOW_MS + startsIn * HOUR_MS
    const pieces = [{ startMs, endMs: startMs + 2 * HOUR_MS, level: 0 }]
    const placement = { region: 'south/H100', pieces }
    const one = { job: { id }, state: 'waiting', placement, ...over } as DeferredJob
    kept.set(id, one)
    return one
  }
  const warn = vi.fn()
  const ports: SchedulerPorts = {
    schedulers: [scheduler],
    jobs: {
      get: async (id) => kept.get(id),
      active: async () => [...kept.values()],
      report: async (id, left) => told.push(`report ${id} ${left}`) > 0,
      cancel: async (id) => told.push(`cancel ${id}`) > 0,
    },
    async promise(request): Promise<JobAnswer> {
      promised.push(request)
      keep(request.id!)
      return { id: request.id!, status: 'feasible' } as JobAnswer
    },
    nowMs: () => nowMs,
    warn,
  }
  return { ports, scheduler, told, kept, keep, promised, warn }
}

it('makes a job that it finds one of ours, and holds it until it is planned', async () => {
  const { ports, promised, told } = world([job()])
  await heedSchedulers(ports)
  expect(promised).toMatchObject([
    { id: 'k8s.uid-1', gpuHours: 16, gpus: [8], regions: ['north', 'south'] },
  ])
  expect(told).toEqual(['hold one 3 h'])
})

it('lets it go at the planned time, in the planned region', async () => {
  const { ports, told } = world([job()], { startsIn: 0 })
  await heedSchedulers(ports)
  expect(told).toEqual(['release one south'])
})

it('never holds past the latest safe start, whatever the plan says', async () => {
  const late = world([job()], { startsIn: 10 })
  await heedSchedulers(late.ports)
  expect(late.told).toEqual(['hold one 8 h'])
  const due = world([job()], { startsIn: 10, nowMs: latestStartMs(ask) })
  await heedSchedulers(due.ports)
  expect(due.told).toEqual(['release one north+south'])
})

it('stops one that runs only where it says that it may be interrupted', async () => {
  const runs = world([job({ state: 'released' })])
  await heedSchedulers(runs.ports)
  expect(runs.told).toEqual([])
  const cut = world([job({ state: 'released', ask: { ...ask, interruptible: true } })])
  await heedSchedulers(cut.ports)
  expect(cut.told).toEqual(['hold one 3 h'])
})

it.each([
  ['that cannot be promised', { status: 'infeasible', limit: 'deadline', words: 'too late' }],
  ['that is refused', { status: 'refused', words: 'no such GPU', issues: [] }],
])('lets a job go %s', async (_what, answer) => {
  const { ports, told, warn } = world([job()])
  await heedSchedulers({ ...ports, promise: async () => ({ id: 'k8s.uid-1', ...answer }) as never })
  expect(told).toEqual(['release one north+south'])
  expect(warn).toHaveBeenCalledOnce()
})

it('lets a job go whose marks it cannot read, and one that was cancelled here', async () => {
  const wrong = world([job({ ask: new InvalidInput('/hours is missing') })])
  await heedSchedulers(wrong.ports)
  expect(wrong.told).toEqual(['release one north+south'])
  const cancelled = world([job()])
  cancelled.keep('k8s.uid-1', { state: 'cancelled' })
  await heedSchedulers(cancelled.ports)
  expect(cancelled.told).toEqual(['release one north+south'])
})

it('knows a job again that another process has just handed in', async () => {
  const { ports, keep, told } = world([job()])
  const promise = async ({ id }: JobRequest): Promise<JobAnswer> => {
    keep(id!)
    return { id: id!, status: 'known' }
  }
  await heedSchedulers({ ...ports, promise })
  expect(told).toEqual(['hold one 3 h'])
})

it('waits for a job that has no GPUs yet no longer than is safe', async () => {
  const { ports, keep, told } = world([job()])
  keep('k8s.uid-1', { placement: undefined } as never)
  await heedSchedulers(ports)
  expect(told).toEqual(['hold one 8 h'])
})

it('reports what has ended, and forgets what vanished', async () => {
  const { ports, keep, told } = world([job({ state: 'ended' })])
  keep('k8s.gone', { state: 'waiting' })
  keep('k8s.ran', { state: 'running' })
  keep('other.ran', { state: 'running' })
  await heedSchedulers(ports)
  expect(told).toEqual(['report k8s.uid-1 0', 'cancel k8s.gone', 'report k8s.ran 0'])
})

it('goes on with the next scheduler where one is away', async () => {
  const { ports, scheduler, told, warn } = world([job()], { startsIn: 0 })
  const away = { ...scheduler, id: 'away', list: () => Promise.reject(new Error('no answer')) }
  await heedSchedulers({ ...ports, schedulers: [away, scheduler] })
  expect(warn).toHaveBeenCalledWith('scheduler away: no answer')
  expect(told).toEqual(['release one south'])
})

it('lets due jobs go with the store away', async () => {
  const gone = () => Promise.reject(new UpstreamUnavailable('no database', { upstream: 'sql' }))
  const { ports, told } = world([job()], { nowMs: latestStartMs(ask) })
  await heedSchedulers({ ...ports, jobs: { get: gone, active: gone, report: gone, cancel: gone } })
  expect(told).toEqual(['release one north+south'])
})

it('releases what is due from the schedulers alone', async () => {
  const early = job({ name: 'early', ask: { ...ask, deadlineMs: NOW_MS + 24 * HOUR_MS } })
  const wrong = job({ name: 'wrong', ask: new InvalidInput('/hours is missing') })
  const runs = job({ name: 'runs', state: 'released' })
  const waits = job({ name: 'waits-for-gpus' })
  const { scheduler, told } = world([job(), early, wrong, runs, waits])
  const failed = vi.fn()
  const away = { ...scheduler, id: 'away', list: () => Promise.reject(new Error('no answer')) }
  const released = await releaseDue([away, scheduler], latestStartMs(ask), failed)
  expect(released.map(({ name }) => name)).toEqual(['one', 'wrong'])
  const asked = ['one', 'wrong', 'waits-for-gpus'].map((name) => `release ${name} north+south`)
  expect(told).toEqual(asked)
  expect(failed).toHaveBeenCalledWith('away: no answer')
})
