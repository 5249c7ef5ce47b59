import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { InvalidInput } from '../../services/domain/errors.ts'
import type { JobScheduler, WaitingJob } from '../../services/schedulers/index.ts'

/** Marks as a person writes them, in whatever way the scheduler has for it. */
export interface Marks {
  readonly deadline: string
  readonly hours?: string
  readonly interruptible?: string
}

/** A scheduler in front of a world that checks each request and can be looked into. */
export interface SchedulerHarness {
  readonly scheduler: JobScheduler
  readonly nowMs: number
  /** A job is handed in there, held; without marks it is none of ours. @returns its name */
  submit(marks?: Marks): string | Promise<string>
  /** Somebody lets the job run, and it does. */
  start(name: string): void | Promise<void>
  end(name: string): void | Promise<void>
  remove(name: string): void | Promise<void>
  /** Whether the scheduler would run it at this moment, were there room. */
  mayRun(name: string): boolean
  /** Changes asked for so far. */
  writes(): number
  /** Whether one that runs can be stopped at all. */
  readonly stops: boolean
  close(): Promise<void>
}

const HOUR_MS = 3_600_000

/** Every promise of `JobScheduler`, on any adapter. */
export function describeJobScheduler(name: string, make: () => Promise<SchedulerHarness>): void {
  describe(`${name} keeps the promises of a job scheduler`, () => {
    let world: SchedulerHarness
    beforeEach(async () => {
      world = await make()
    })
    afterEach(() => world.close())

    const marks = (over: Partial<Marks> = {}): Marks => ({
      deadline: new Date(world.nowMs + 12 * HOUR_MS).toISOString(),
      hours: '2',
      ...over,
    })
    const found = async (job: string): Promise<WaitingJob> => {
      const one = (await world.scheduler.list()).find((each) => each.name === job)
      if (!one) throw new Error(`${job} is not listed`)
      return one
    }

    it('lists a marked job with what it says of itself, and lacks no right', async () => {
      const job = await found(await world.submit(marks({ interruptible: 'true' })))
      const ask = { deadlineMs: world.nowMs + 12 * HOUR_MS, hours: 2, interruptible: true }
      expect(job).toMatchObject({ state: 'held', ask })
      expect(job.uid).toMatch(/^[A-Za-z0-9._-]{1,40}$/)
      expect(await world.scheduler.missing()).toEqual([])
    })

    it('says what is wrong with marks it cannot read', async () => {
      const { ask } = await found(await world.submit(marks({ deadline: 'tomorrow' })))
      expect(ask).toBeInstanceOf(InvalidInput)
      expect((ask as InvalidInput).issues).toContainEqual(
        expect.objectContaining({ path: '/deadline' }),
      )
    })

    it('holds a job until it is released', async () => {
      const name = await world.submit(marks())
      const job = await found(name)
      await world.scheduler.hold(job, world.nowMs + 3 * HOUR_MS)
      expect(world.mayRun(name)).toBe(false)
      expect(await world.scheduler.release(job, world.scheduler.regions)).toBe(true)
      expect(world.mayRun(name)).toBe(true)
    })

    it('does nothing when told the same again', async () => {
      const name = await world.submit(marks())
      const job = await found(name)
      await world.scheduler.hold(job, world.nowMs + 3 * HOUR_MS)
      const held = world.writes()
      await world.scheduler.hold(await found(name), world.nowMs + 3 * HOUR_MS)
      expect(world.writes()).toBe(held)
      await world.scheduler.release(job, world.scheduler.regions)
      const released = world.writes()
      expect(await world.scheduler.release(job, world.scheduler.regions)).toBe(false)
      expect(world.writes()).toBe(released)
    })

    it('sees that a job runs, and that it has ended', async () => {
      const name = await world.submit(marks())
      await world.start(name)
      expect((await found(name)).state).toBe('released')
      await world.end(name)
      expect((await found(name)).state).toBe('ended')
    })

    it('stops one that runs, where that can be done', async () => {
      const name = await world.submit(marks({ interruptible: 'true' }))
      await world.start(name)
      await world.scheduler.hold(await found(name), world.nowMs + 3 * HOUR_MS)
      expect(world.mayRun(name)).toBe(!world.stops)
    })

    it('takes no offence at a job that is gone', async () => {
      const name = await world.submit(marks())
      const job = await found(name)
      await world.remove(name)
      await world.scheduler.hold(job, world.nowMs + HOUR_MS)
      expect(await world.scheduler.release(job, world.scheduler.regions)).toBe(false)
      expect((await world.scheduler.list()).map((one) => one.name)).not.toContain(name)
    })
  })
}
