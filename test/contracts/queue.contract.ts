import Fastify from 'fastify'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { InvalidInput, UpstreamUnavailable } from '../../services/domain/errors.ts'
import type { BullmqOptions } from '../../services/queue/adapters/bullmq.ts'
import type { JobContext, JobEvent, JobQueue } from '../../services/queue/index.ts'

export interface QueueCase {
  readonly name: string
  readonly skip: string | undefined
  /** Brings the engine up, and says how to open a queue on it, as another process would. */
  start(): Promise<{
    open(options: BullmqOptions): Promise<JobQueue>
    stop(): Promise<void>
  }>
}

const QUICK = { lockMs: 2_000, stalledCheckMs: 500 }
const CONCURRENCY = 4
const until = <Value>(look: () => Value) => expect.poll(look, { interval: 20 })

/** What every queue promises. */
export function describeQueue(engine: QueueCase): void {
  describe.skipIf(engine.skip)(`queue: ${engine.name} ${engine.skip ?? ''}`, () => {
    let running: Awaited<ReturnType<QueueCase['start']>>
    const open: JobQueue[] = []
    const queue = async (options: BullmqOptions = {}) => {
      const opened = await running.open({ ...QUICK, ...options })
      open.push(opened)
      return opened
    }

    beforeAll(async () => {
      running = await engine.start()
    })
    afterEach(async () => {
      vi.unstubAllEnvs()
      await Promise.all(open.splice(0).map((opened) => opened.close(500)))
    })
    afterAll(() => running?.stop())

    it('runs what was added, with its payload, once', async () => {
      const jobs = await queue()
      const seen: unknown[] = []
      await jobs.work('refresh-grid', async (payload, { attempt, id }) => {
        seen.push([payload, attempt, id])
      })
      await jobs.add({ name: 'refresh-grid', payload: { zone: 'DE', tickMs: 5 }, id: 'grid:DE:5' })
      await until(() => seen).toEqual([[{ zone: 'DE', tickMs: 5 }, 1, 'grid:DE:5']])
    })

    it('shows its jobs on pages that change nothing', async () => {
      const jobs = await queue()
      const payload = { windowStartMs: 7 }
      await jobs.add({ name: 'account', payload, id: 'shown', delayMs: 3_600_000 })
      const app = Fastify()
      await app.register((await jobs.board('/admin/queues')) as never, { prefix: '/admin/queues' })
      const page = await app.inject('/admin/queues')
      expect(page.body).toContain('<title>Gridtide</title>')
      const listed = await app.inject('/admin/queues/api/queues?activeQueue=account&status=delayed')
      const { queues } = listed.json<{ queues: { name: string; jobs: { data: unknown }[] }[] }>()
      expect(queues.find(({ name }) => name === 'account')!.jobs[0]!.data).toEqual(payload)
      const emptied = await app.inject({
        method: 'PUT',
        url: '/admin/queues/api/queues/account/empty',
      })
      expect(emptied.statusCode).toBe(405)
      expect((await jobs.counts('account')).delayed).toBe(1)
      await app.close()
    })

    it('takes the same id once, before and after it has run', async () => {
      const jobs = await queue()
      let runs = 0
      const job = { name: 'account', payload: { windowStartMs: 1 }, id: '1' } as const
      await Promise.all([jobs.add(job), jobs.add(job), jobs.add(job)])
      await jobs.work('account', async () => {
        runs += 1
      })
      await until(() => runs).toBe(1)
      await jobs.add(job)
      await jobs.add({ ...job, id: '2' })
      await until(() => runs).toBe(2)
    })

    it('waits for the delay', async () => {
      const jobs = await queue()
      const ran: { dueAtMs: number; nowMs: number }[] = []
      await jobs.work('refit-models', async (_payload, { dueAtMs }) => {
        ran.push({ dueAtMs, nowMs: Date.now() })
      })
      const addedMs = Date.now()
      const job = { name: 'refit-models', payload: { model: 'm' }, id: 'later' } as const
      await jobs.add({ ...job, delayMs: 400 })
      await until(() => ran.length).toBe(1)
      expect(ran[0]!.dueAtMs).toBeGreaterThanOrEqual(addedMs + 400)
      expect(ran[0]!.nowMs).toBeGreaterThanOrEqual(addedMs + 390)
    })

    it('retries what may succeed later, with a growing pause', async () => {
      const jobs = await queue()
      const attempts: number[] = []
      await jobs.work('solve-plan', async (_payload, { attempt }) => {
        attempts.push(attempt)
        if (attempt < 3) throw new UpstreamUnavailable('busy', { upstream: 'grid' })
      })
      const job = { name: 'solve-plan', payload: { revision: 'r1' }, id: 'r1' } as const
      await jobs.add({ ...job, backoffMs: 20 })
      await until(() => attempts).toEqual([1, 2, 3])
    })

    it('buries at once what can never succeed, says why, and revives it on demand', async () => {
      const jobs = await queue()
      let fixed = false
      let runs = 0
      await jobs.work('solve-block', async () => {
        runs += 1
        if (!fixed) throw new InvalidInput('no such block')
      })
      const payload = { revision: 'r', blockId: 'b' }
      await jobs.add({ name: 'solve-block', payload, id: 'r:b' })
      await until(async () => (await jobs.dead('solve-block', 10)).length).toBe(1)
      expect(runs).toBe(1)
      expect(await jobs.dead('solve-block', 10)).toMatchObject([
        { id: 'r:b', payload, reason: 'INVALID_INPUT: no such block', name: 'solve-block' },
      ])
      fixed = true
      await jobs.revive('solve-block', 'r:b')
      await until(() => runs).toBe(2)
      await until(async () => (await jobs.dead('solve-block', 10)).length).toBe(0)
      await expect(jobs.revive('solve-block', 'r:b')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    it('runs a parent after its children, a failed child included', async () => {
      const jobs = await queue()
      let parent: Awaited<ReturnType<JobContext['children']>> | undefined
      await jobs.work('apply-plan', async ({ region }) => {
        if (region === 'bad') throw new InvalidInput('refused')
        return { region }
      })
      await jobs.work('notify-change', async (_payload, { children }) => {
        parent = await children()
      })
      await jobs.addFlow(
        { name: 'notify-change', payload: { cause: 'plan/7' }, id: 'flow-7' },
        ['eu', 'bad', 'us'].map((region) => ({
          name: 'apply-plan' as const,
          payload: { version: 7, region },
          id: `7:${region}`,
        })),
      )
      await until(() => parent).toBeDefined()
      expect(
        [...parent!.results].map((result) => (result as { region: string }).region).sort(),
      ).toEqual(['eu', 'us'])
      expect(parent!.failures).toEqual(['INVALID_INPUT: refused'])
    })

    it('ticks once per cluster, however many processes schedule the clock', async () => {
      const jobs = [await queue(), await queue(), await queue()]
      const ticks: number[] = []
      const schedule = () =>
        Promise.all(
          jobs.map((one) =>
            one.schedule('quick', { everyMs: 500 }, { name: 'tick', payload: { clock: 'quick' } }),
          ),
        )
      expect(await jobs[0]!.isScheduled('tick', 'quick')).toBe(false)
      await schedule()
      expect(await jobs[1]!.isScheduled('tick', 'quick')).toBe(true)
      for (const one of jobs) {
        await one.work('tick', async (_payload, { dueAtMs }) => {
          ticks.push(dueAtMs)
        })
      }
      await until(() => ticks.length).toBeGreaterThanOrEqual(2)
      await schedule()
      const before = ticks.length
      await until(() => ticks.length).toBeGreaterThanOrEqual(before + 2)
      expect(new Set(ticks).size).toBe(ticks.length)
      // Three clocks would tick three times as often; one told anew may shift its phase once.
      const spanMs = Math.max(...ticks) - Math.min(...ticks)
      expect(ticks.length).toBeLessThanOrEqual(spanMs / 500 + 2)
      await jobs[0]!.unschedule('tick', 'quick')
      expect(await jobs[1]!.isScheduled('tick', 'quick')).toBe(false)
      await until(async () => {
        const { waiting, active, delayed } = await jobs[0]!.counts('tick')
        return waiting + active + delayed
      }).toBe(0)
      const after = ticks.length
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      expect(ticks.length).toBe(after)
    })

    it('takes a cron pattern too', async () => {
      const jobs = await queue()
      let ticks = 0
      await jobs.work('tick', async () => {
        ticks += 1
      })
      const everySecond = { cron: '* * * * * *' }
      await jobs.schedule('cron', everySecond, { name: 'tick', payload: { clock: 'cron' } })
      await until(() => ticks).toBeGreaterThanOrEqual(1)
      await jobs.unschedule('tick', 'cron')
    })

    it('reads a cron pattern in UTC, wherever the process is', async () => {
      const jobs = await queue()
      const dueAtMs: number[] = []
      await jobs.work('tick', async (_payload, context) => {
        dueAtMs.push(context.dueAtMs)
      })
      const hour = new Date().getUTCHours()
      vi.stubEnv('TZ', 'Asia/Kolkata') // half an hour off, and never the hour of UTC
      expect(new Date().getHours()).not.toBe(new Date().getUTCHours())
      const thisHour = { cron: `* * ${hour},${(hour + 1) % 24} * * *` }
      await jobs.schedule('utc', thisHour, { name: 'tick', payload: { clock: 'utc' } })
      await until(() => dueAtMs.length).toBeGreaterThanOrEqual(1)
      await jobs.unschedule('tick', 'utc')
    })

    it('refuses a bad payload before it is queued', async () => {
      const jobs = await queue()
      const bad = { name: 'refresh-grid', payload: { zone: '', tickMs: 1.5 }, id: 'bad' } as const
      const issues = [{ path: '/zone' }, { path: '/tickMs' }]
      await expect(jobs.add(bad)).rejects.toMatchObject({ code: 'INVALID_INPUT', issues })
      await expect(jobs.addFlow(bad, [])).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    })

    it('forgets finished jobs beyond what it is told to keep', async () => {
      const jobs = await queue({ keep: { completed: 5, dead: 3 } })
      let runs = 0
      await jobs.work(
        'refit-models',
        async ({ model }) => {
          runs += 1
          if (model === 'bad') throw new InvalidInput('bad')
        },
        { concurrency: CONCURRENCY },
      )
      for (let index = 0; index < 20; index++) {
        const model = index % 2 === 0 ? 'good' : 'bad'
        await jobs.add({ name: 'refit-models', payload: { model }, id: `trim-${index}` })
      }
      await until(() => runs).toBe(20)
      // Jobs that finish at the same instant do not count each other: a few more may stay.
      const most = 3 + CONCURRENCY
      expect((await jobs.dead('refit-models', 100)).length).toBeLessThanOrEqual(most)
    })

    it('lets a running job finish when it closes, and leaves the others for later', async () => {
      const first = await queue()
      const finished: number[] = []
      let started = 0
      await first.work('account', async ({ windowStartMs }) => {
        started += 1
        await new Promise((resolve) => setTimeout(resolve, 400))
        finished.push(windowStartMs)
      })
      for (const windowStartMs of [10, 11]) {
        await first.add({ name: 'account', payload: { windowStartMs }, id: `w${windowStartMs}` })
      }
      await until(() => started).toBe(1)
      open.splice(open.indexOf(first), 1)
      await first.close(5_000)
      expect(finished).toEqual([10])

      const second = await queue()
      await second.work('account', async ({ windowStartMs }) => {
        finished.push(windowStartMs)
      })
      await until(() => finished).toEqual([10, 11])
    })

    it('tells a job to stop when there is no time left, and runs it again elsewhere', async () => {
      const first = await queue()
      let aborted = false
      let reruns = 0
      await first.work(
        'solve-plan',
        (_payload, { abort }) =>
          new Promise((_resolve, reject) => {
            abort.addEventListener('abort', () => {
              aborted = true
              reject(new Error('stopped'))
            })
          }),
      )
      const job = { name: 'solve-plan', payload: { revision: 'slow' }, id: 'slow' } as const
      await first.add({ ...job, backoffMs: 10 })
      await until(async () => (await first.counts('solve-plan')).active).toBe(1)
      open.splice(open.indexOf(first), 1)
      await first.close(100)
      expect(aborted).toBe(true)

      const second = await queue()
      await second.work('solve-plan', async () => {
        reruns += 1
      })
      await until(() => reruns).toBe(1)
    })

    it('counts, and tells an observer what happened', async () => {
      const events: JobEvent[] = []
      const jobs = await queue({ observe: (event) => events.push(event) })
      const job = { name: 'solve-block', payload: { revision: 'c', blockId: '1' } } as const
      await jobs.add({ ...job, id: 'c1' })
      await jobs.add({ ...job, id: 'c2', delayMs: 60_000 })
      expect(await jobs.counts('solve-block')).toMatchObject({ waiting: 1, delayed: 1, active: 0 })
      await jobs.work('solve-block', async () => 'ok')
      await until(() => events).toMatchObject([
        { kind: 'completed', name: 'solve-block', id: 'c1' },
      ])
    })
  })
}
