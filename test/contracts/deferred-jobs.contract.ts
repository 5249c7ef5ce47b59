import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeferredJob, DeferredJobStore } from '../../services/deferred/index.ts'
import { at, job } from '../batch/jobs.ts'

const placement = {
  region: 'here',
  pieces: [{ startMs: at(1), endMs: at(5), level: 0 }],
  reserve: [],
  safe: true,
  energyKwh: 4,
  carbonG: 400,
  costUsd: 0,
}
const waiting = (id: string): DeferredJob => ({
  job: job({ id }),
  state: 'waiting',
  submittedAtMs: at(0),
  progress: { workLeft: 4 },
  placement,
  plannedAtMs: at(0),
  ran: [],
})

/** What every store of deferrable jobs promises. */
export function describeDeferredJobs(
  name: string,
  open: () => Promise<{ readonly store: DeferredJobStore; readonly close: () => Promise<void> }>,
): void {
  describe(`deferrable jobs in ${name}`, () => {
    let store: DeferredJobStore
    let close: () => Promise<void>
    beforeAll(async () => {
      ;({ store, close } = await open())
    })
    afterAll(() => close())

    it('keeps a job as it came, and the first of two with one id', async () => {
      expect(await store.newest()).toBe(0)
      const first = await store.add([waiting('a'), waiting('b')])
      expect(first).toEqual({ ids: ['a', 'b'], newest: await store.newest() })
      const again = await store.add([{ ...waiting('a'), submittedAtMs: at(9) }, waiting('c')])
      expect(again!.ids).toEqual(['c'])
      expect(await store.get('a')).toMatchObject(waiting('a'))
      expect(await store.get('x')).toBeUndefined()
      const [newest, second] = await store.list({ limit: 2 })
      expect([newest!.job.id, second!.job.id]).toEqual(['c', 'b'])
      const rest = await store.list({ limit: 9, before: second!.number })
      expect(rest.map(({ job }) => job.id)).toEqual(['a'])
    })

    it('adds for one of those at once that have seen the same, and for none who saw less', async () => {
      const seen = await store.newest()
      const names = ['s0', 's1', 's2', 's3']
      const both = await Promise.all(names.map((id) => store.add([waiting(id)], seen)))
      const added = both.filter((one) => one !== undefined)
      expect(added).toHaveLength(1)
      expect(added[0]!.newest).toBe(await store.newest())
      const [id] = added[0]!.ids
      expect(await Promise.all(names.map((name) => store.get(name)))).toEqual(
        names.map((name) => (name === id ? expect.objectContaining(waiting(name)) : undefined)),
      )
      await store.cancel(id!)
    })

    it('adds what ran, and writes what is planned', async () => {
      const update = {
        id: 'a',
        state: 'running',
        progress: { workLeft: 3, region: 'here', level: 0 },
        plannedAtMs: at(2),
        ran: [{ startMs: at(1), endMs: at(2), level: 0 }],
      } as const
      await store.update([{ ...update, placement }])
      await store.update([{ ...update, plannedAtMs: at(3) }])
      const found = await store.get('a')
      expect(found).toMatchObject({
        state: 'running',
        plannedAtMs: at(3),
        progress: update.progress,
      })
      expect(found!.ran).toHaveLength(2)
      expect(found!.placement).toBeUndefined()
    })

    it('keeps what ran on as before as one piece', async () => {
      const warm = { workPerHour: 2, kilowatts: 0.1 }
      const ran = [
        [{ startMs: at(1), endMs: at(2), level: 0 }],
        [{ startMs: at(2), endMs: at(3), level: 0 }],
        [{ startMs: at(3), endMs: at(4), level: 0, warm }],
        [],
        [
          { startMs: at(4), endMs: at(5), level: 0, warm },
          { startMs: at(5), endMs: at(6), level: 1 },
        ],
        [{ startMs: at(7), endMs: at(8), level: 1 }],
      ]
      await store.add([{ ...waiting('e') }])
      const running = { id: 'e', state: 'running', plannedAtMs: at(8) } as const
      const progress = { workLeft: 3, region: 'here' }
      for (const some of ran) await store.update([{ ...running, progress, ran: some }])
      const end = [{ startMs: at(8), endMs: at(9), level: 1 }]
      expect(await store.cancel('e', { progress, ran: end })).toBe(true)
      expect((await store.get('e'))!.ran).toEqual([
        { startMs: at(1), endMs: at(3), level: 0 },
        { startMs: at(3), endMs: at(5), level: 0, warm },
        { startMs: at(5), endMs: at(6), level: 1 },
        { startMs: at(7), endMs: at(9), level: 1 },
      ])
      await store.forget(at(1))
    })

    it('keeps a report that came while a plan was made', async () => {
      expect(await store.report('b', 1, at(1))).toBe(true)
      const progress = { workLeft: 3.5, region: 'here' }
      const late = {
        id: 'b',
        state: 'running',
        plannedAtMs: at(2),
        ran: [],
      } as const
      await store.update([{ ...late, progress }])
      const reported = { progress: { workLeft: 1, region: 'here' }, reportedAtMs: at(1) }
      expect(await store.get('b')).toMatchObject(reported)
      await store.update([{ ...late, progress, plannedAtMs: at(3), seenReportAtMs: at(1) }])
      expect((await store.get('b'))!.progress).toEqual(progress)
    })

    it('keeps what a job came to that is cancelled', async () => {
      const [before, piece] = [{ ...waiting('d') }, { startMs: at(1), endMs: at(2), level: 0 }]
      await store.add([before])
      const usage = { energyKwh: 1, carbonG: 100, costUsd: 0 }
      const report = { used: usage, runNow: usage, perfect: usage, savedRatio: 0 }
      const progress = { workLeft: 3, region: 'here' }
      expect(await store.cancel('d', { progress, ran: [piece], report })).toBe(true)
      const { placement: _none, ...kept } = (await store.get('d'))!
      expect(kept).toMatchObject({ state: 'cancelled', progress, ran: [piece], report })
      await store.forget(at(1))
    })

    it('changes nothing more of a job that has ended, and forgets it in time', async () => {
      expect(await store.cancel('c')).toBe(true)
      expect(await store.cancel('c')).toBe(false)
      expect(await store.report('c', 1, at(1))).toBe(false)
      const update = { id: 'c', state: 'done', progress: { workLeft: 0 } } as const
      await store.update([{ ...update, plannedAtMs: at(1), ran: [] }])
      expect((await store.get('c'))!.state).toBe('cancelled')
      expect((await store.active()).map(({ job }) => job.id)).toEqual(['a', 'b'])
      expect(await store.forget(at(1))).toBe(1)
      expect(await store.get('c')).toBeUndefined()
    })
  })
}
