import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BatchJob,
  capacityLedger,
  ownLevel,
  scheduleJobs,
  schedulingSteps,
  untouched,
} from '../../services/batch/index.ts'
import { asMap, at, cleanAt, ELASTIC, HOUR_MS, job, outlook, T0_MS } from './jobs.ts'

const grid = outlook(cleanAt(10))
const queue = (...jobs: readonly BatchJob[]) =>
  jobs.map((one) => ({ job: one, progress: untouched(one) }))
const inputs = (gpus = Number.POSITIVE_INFINITY) => ({
  nowMs: T0_MS,
  outlooks: asMap(grid),
  ledger: capacityLedger([grid], () => gpus, 72 * HOUR_MS),
})
const startOf = (schedule: ReturnType<typeof scheduleJobs>, id: string) =>
  (schedule.placements.get(id)!.pieces[0]!.startMs - T0_MS) / HOUR_MS

describe('many jobs', () => {
  it('give the clean hours to the higher priority where GPUs are short', () => {
    const jobs = queue(job({ id: 'low' }), job({ id: 'high', priority: 5 }))
    const schedule = scheduleJobs(jobs, inputs(1))
    expect(startOf(schedule, 'high')).toBe(10)
    expect(startOf(schedule, 'low')).not.toBe(10)
  })

  it('put what runs first, then hard deadlines, then whoever has least time', () => {
    const soft = job({ id: 'soft', deadline: { kind: 'soft', atMs: at(24), lateGPerHour: 1 } })
    const jobs = [
      ...queue(
        soft,
        job({ id: 'hard' }),
        job({ id: 'tight', deadline: { kind: 'hard', atMs: at(14) } }),
      ),
      {
        job: job({ id: 'runs', priority: -1 }),
        progress: { workLeft: 14, region: 'here', level: 0 },
      },
    ]
    const schedule = scheduleJobs(jobs, inputs(1))
    expect([...schedule.placements.keys()]).toEqual(['runs', 'hard', 'soft'])
    expect(schedule.unplaced).toEqual(['tight'])
  })

  it('do not need a ledger where GPUs are for rent', () => {
    const { ledger: _none, ...open } = inputs()
    const schedule = scheduleJobs(queue(job({ id: 'a' }), job({ id: 'b' })), open)
    expect([startOf(schedule, 'a'), startOf(schedule, 'b')]).toEqual([10, 10])
  })

  it('wait for those they come after, which inherit their hurry and their priority', () => {
    const first = job({ id: 'first', deadline: { kind: 'soft', atMs: at(48), lateGPerHour: 1 } })
    const second = job({ id: 'second', after: ['first', 'ended long ago'], priority: 3 })
    const schedule = scheduleJobs(queue(second, first), inputs())
    const [early, late] = ['first', 'second'].map((id) => schedule.placements.get(id)!)
    expect(early!.pieces[0]!.endMs).toBeLessThanOrEqual(late!.pieces[0]!.startMs)
    expect(late!.pieces[0]!.endMs).toBeLessThanOrEqual(at(24))
  })

  it('hold nothing beyond their pieces where nothing can delay them', () => {
    const { ledger, ...rest } = inputs(1)
    const one = job({ interruptible: true })
    scheduleJobs(queue(one), { ...rest, ledger })
    expect([ledger.free('here', at(10), at(14)), ledger.free('here', at(14), at(24))]).toEqual([
      0, 1,
    ])
  })

  it('may be waited for by several', () => {
    const jobs = queue(
      job({ id: 'b', after: ['a'] }),
      job({ id: 'c', after: ['a', 'b'] }),
      job({ id: 'a' }),
    )
    const schedule = scheduleJobs(jobs, inputs())
    const ends = ['a', 'b', 'c'].map((id) => schedule.placements.get(id)!.pieces[0]!)
    expect(ends[0]!.endMs).toBeLessThanOrEqual(ends[1]!.startMs)
    expect(ends[1]!.endMs).toBeLessThanOrEqual(ends[2]!.startMs)
  })

  it('keep both deadlines soft where both are', () => {
    const deadline = { kind: 'soft', atMs: at(24), lateGPerHour: 1 } as const
    const jobs = queue(job({ id: 'b', after: ['a'], deadline }), job({ id: 'a', deadline }))
    expect(scheduleJobs(jobs, inputs()).unplaced).toEqual([])
  })

  it('are not placed while those they wait for are not', () => {
    const jobs = queue(
      job({ id: 'a', levels: [{ gpus: 9, workPerHour: 1, kilowatts: 1 }] }),
      job({ id: 'b', after: ['a'] }),
    )
    expect(scheduleJobs(jobs, inputs(4)).unplaced).toEqual(['a', 'b'])
  })

  it('refuse to wait in a circle', () => {
    const circle = queue(
      job({ id: 'a', after: ['b'] }),
      job({ id: 'b', after: ['a'] }),
      job({ id: 'c' }),
    )
    expect(() => scheduleJobs(circle, inputs())).toThrow(/job a waits for itself/)
  })

  it('are placed with a pause now and then, to the same end', () => {
    const many = queue(...Array.from({ length: 120 }, (_, index) => job({ id: String(index) })))
    const steps = schedulingSteps(many, inputs())
    let pauses = 0
    let step = steps.next()
    for (; !step.done; step = steps.next()) pauses += 1
    expect(pauses).toBe(2)
    expect(step.value).toEqual(scheduleJobs(many, inputs()))
  })

  it('never use more GPUs than there are, slow hours included', () => {
    const kind = fc.record({
      work: fc.integer({ min: 1, max: 6 }),
      interruptible: fc.boolean(),
      elastic: fc.boolean(),
      untilHours: fc.integer({ min: 12, max: 48 }),
      soft: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(kind, { minLength: 1, maxLength: 12 }), (kinds) => {
        const jobs = kinds.map(({ elastic, untilHours, soft, ...rest }, index) =>
          job({
            ...rest,
            id: String(index),
            slowestRatio: 0.5,
            ...(elastic && { levels: ELASTIC }),
            deadline: {
              kind: soft ? 'soft' : 'hard',
              atMs: at(untilHours),
              lateGPerHour: 9,
            } as never,
          }),
        )
        const { placements } = scheduleJobs(queue(...jobs), inputs(5))
        for (let minute = 0; minute < 72 * 60; minute += 20) {
          const nowMs = T0_MS + minute * 60_000
          let busy = 0
          for (const [id, { pieces }] of placements) {
            const piece = pieces.find(({ startMs, endMs }) => startMs <= nowMs && nowMs < endMs)
            if (piece) busy += ownLevel(jobs[Number(id)]!, piece).gpus
          }
          expect(busy).toBeLessThanOrEqual(5)
        }
      }),
      { numRuns: 25 },
    )
  })
})

describe('a ledger', () => {
  it('counts on with its last window, and takes back', () => {
    const ledger = capacityLedger([grid], (_, window) => (window < 2 ? 1 : 8), 4 * HOUR_MS)
    expect(ledger.free('here', at(0), at(4))).toBe(1)
    expect(ledger.free('here', at(2), at(4))).toBe(8)
    expect(ledger.free('here', at(9), at(10))).toBe(8)
    ledger.take('here', at(2), at(3), 3)
    expect(ledger.free('here', at(2), at(4))).toBe(5)
    ledger.take('here', at(2), at(3), -3)
    expect(ledger.free('here', at(2), at(4))).toBe(8)
  })
})
