import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  capacityLedger,
  ownLevel,
  placeJob,
  untouched,
  usageOf,
} from '../../services/batch/index.ts'
import { asMap, at, cleanAt, ELASTIC, HOUR_MS, job, outlook, T0_MS } from './jobs.ts'

const place = (one: ReturnType<typeof job>, carbon: readonly number[], nowMs = T0_MS) =>
  placeJob(one, untouched(one), { nowMs, outlooks: asMap(outlook(carbon)) })!

describe('a job in one piece', () => {
  it('starts where its hours are cleanest, and says what it will use', () => {
    const placed = place(job(), cleanAt(10))
    expect(placed.pieces).toEqual([{ startMs: at(10), endMs: at(14), level: 0 }])
    expect(placed).toMatchObject({ region: 'here', safe: true, energyKwh: 4, carbonG: 400 })
  })

  it('starts at once where no hour is better', () => {
    expect(place(job(), [300]).pieces[0]!.startMs).toBe(T0_MS)
  })

  it('starts as early as the slowest throughput asks for', () => {
    const placed = place(job({ slowestRatio: 0.4, startHours: 0.5 }), cleanAt(15))
    expect(placed.pieces[0]!.startMs).toBe(at(24 - 4 / 0.4 - 0.5))
    expect(placed.safe).toBe(true)
  })

  it('starts at once, and says so, where no start is safe', () => {
    const placed = place(job({ work: 20, slowestRatio: 0.5 }), cleanAt(10))
    expect(placed).toMatchObject({ safe: false, pieces: [{ startMs: T0_MS }] })
  })

  it('takes the size that is fast enough to stay inside clean hours', () => {
    const [piece] = place(job({ levels: ELASTIC, work: 8 }), cleanAt(6)).pieces
    expect(piece).toEqual({ startMs: at(6), endMs: at(10), level: 1 })
  })

  it('finds the best start there is, to the minute', () => {
    const carbon = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 24, maxLength: 24 })
    fc.assert(
      fc.property(carbon, fc.integer({ min: 10, max: 600 }), (values, minutes) => {
        const one = job({ work: minutes / 60, earliestStartMs: at(0.3) })
        const grid = outlook(values)
        const found = place(one, values).carbonG
        const lastMs = at(24) - minutes * 60_000
        let best = Number.POSITIVE_INFINITY
        for (let startMs = at(0.3); startMs <= lastMs; startMs += 60_000) {
          const pieces = [{ startMs, endMs: startMs + minutes * 60_000, level: 0 }]
          best = Math.min(best, usageOf(one, pieces, grid).carbonG)
        }
        expect(found).toBeLessThanOrEqual(best * (1 + 1e-6))
      }),
      { numRuns: 30 },
    )
  })

  it('is late only for as long as that is worth its price', () => {
    const soft = (lateGPerHour: number) =>
      job({ deadline: { kind: 'soft', atMs: at(6), lateGPerHour } })
    expect(place(soft(1e6), cleanAt(10)).pieces[0]!.startMs).toBe(T0_MS)
    const patient = place({ ...soft(1), work: 1 }, [900, 900, 900, 900, 900, 100, 100])
    expect(patient.pieces[0]!.startMs).toBe(at(5))
  })

  it('is left to run once it runs', () => {
    const one = job({ slowestRatio: 0.5 })
    const options = { nowMs: at(3.5), outlooks: asMap(outlook(cleanAt(10))) }
    const running = placeJob(one, { workLeft: 2, region: 'here', level: 0 }, options)!
    expect(running).toMatchObject({ safe: true, pieces: [{ startMs: at(3.5), endMs: at(5.5) }] })
  })
})

/** Every way to spend whole hours: exponential, so for short days only. */
function bestByTrying(
  carbon: readonly number[],
  sizes: readonly number[],
  work: number,
  startHours: number,
): number {
  const seek = (hour: number, before: number, left: number): number => {
    if (left <= 1e-9) return 0
    if (hour === carbon.length) return Number.POSITIVE_INFINITY
    return Math.min(
      ...[0, ...sizes].map((size) => {
        const lost = Math.max(0, size - before) * startHours
        const done = size - lost
        if (size > 0 && left <= done + 1e-9) return (carbon[hour]! * size * (left + lost)) / size
        return carbon[hour]! * size + seek(hour + 1, size, left - done)
      }),
    )
  }
  return seek(0, 0, work)
}

/** Plans anew each hour, and gets that hour's share of the expected throughput. */
function hoursUntilDone(
  one: ReturnType<typeof job>,
  carbon: readonly number[],
  speeds: readonly number[],
): number {
  let workLeft = one.work
  let level: number | undefined
  let hour = 0
  for (; workLeft > 1e-9 && hour < 25; hour++) {
    const progress = { workLeft, region: 'here', ...(level !== undefined && { level }) }
    const { pieces } = placeJob(one, progress, {
      nowMs: at(hour),
      outlooks: asMap(outlook(carbon)),
    })!
    const now = pieces.find((piece) => piece.startMs < at(hour + 1))
    const before = level === undefined ? 0 : one.levels[level]!.workPerHour
    const rate = now ? ownLevel(one, now).workPerHour : 0
    // A piece planned to end within the hour runs on where the hour turns out slow.
    workLeft -= (speeds[hour] ?? 0) * (rate - Math.max(0, rate - before) * one.startHours)
    level = now?.level
  }
  return hour
}

describe('a job in pieces', () => {
  it('is as good as trying everything', () => {
    const carbon = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 7, maxLength: 7 })
    fc.assert(
      fc.property(
        carbon,
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom(0, 1 / 6),
        (values, hours, startHours) => {
          const work = Math.max(1, hours - 2 * startHours)
          const deadline = { kind: 'hard', atMs: at(7) } as const
          const one = job({ interruptible: true, levels: ELASTIC, work, startHours, deadline })
          const best = bestByTrying(values, [1, 2, 4], work, startHours)
          expect(place(one, values).carbonG).toBeCloseTo(best, 6)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('does not stop for a gain that its starts and checkpoints eat up', () => {
    const carbon = [300, 301, 300, 301, 300, 301]
    const deadline = { kind: 'hard', atMs: at(6) } as const
    const one = job({
      interruptible: true,
      work: 2,
      startHours: 1 / 6,
      checkpointHours: 0.1,
      deadline,
    })
    expect(place(one, carbon).pieces).toHaveLength(1)
  })

  it('starts at once where waiting saves nothing, however little is left of the hour', () => {
    const minutes = fc.integer({ min: 0, max: 59 })
    const length = fc.integer({ min: 1, max: 1200 })
    fc.assert(
      fc.property(minutes, length, fc.constantFrom(0, 0.01, 1 / 6), (now, minutesLong, start) => {
        const one = job({
          interruptible: true,
          levels: ELASTIC,
          work: minutesLong / 60,
          startHours: start,
          deadline: { kind: 'hard', atMs: at(48) },
        })
        const nowMs = at(now / 60)
        expect(place(one, [300], nowMs).pieces[0]!.startMs).toBe(nowMs)
      }),
      { numRuns: 60 },
    )
  })

  it('is put off at the end of an hour by a cleaner one only', () => {
    const one = job({ interruptible: true, work: 1 / 60 })
    const nowMs = at(55 / 60)
    expect(place(one, [300, 300.001], nowMs).pieces[0]!.startMs).toBe(nowMs)
    expect(place(one, [300, 299], nowMs).pieces[0]!.startMs).toBe(at(1))
  })

  it('uses what is left of an hour for as much as fits', () => {
    const one = job({ interruptible: true, work: 2, deadline: { kind: 'hard', atMs: at(4) } })
    const { pieces, energyKwh } = place(one, [100, 500, 300, 400], at(0.95))
    expect(pieces.map(({ startMs, endMs }) => [startMs, endMs - startMs])).toEqual([
      [at(0.95), 0.05 * HOUR_MS],
      [at(2), 1.95 * HOUR_MS],
    ])
    expect(energyKwh).toBeCloseTo(2, 9)
  })

  it('waits no longer than the slowest throughput allows, at every step', () => {
    const one = job({ interruptible: true, slowestRatio: 0.5, work: 4 })
    const [piece] = place(one, cleanAt(20)).pieces
    expect(piece!.startMs).toBeLessThanOrEqual(at(16))
  })

  it('runs flat out, and says so, where no wait is safe', () => {
    const one = job({ interruptible: true, work: 20, slowestRatio: 0.5 })
    const placed = place(one, cleanAt(10))
    expect(placed.safe).toBe(false)
    expect(placed.pieces[0]!.startMs).toBe(T0_MS)
  })

  it('weighs lateness of a soft deadline against carbon', () => {
    const soft = (lateGPerHour: number) =>
      job({ interruptible: true, work: 2, deadline: { kind: 'soft', atMs: at(4), lateGPerHour } })
    const carbon = [500, 500, 500, 500, 500, 10, 10, 500]
    expect(place(soft(10), carbon).pieces).toEqual([{ startMs: at(5), endMs: at(7), level: 0 }])
    expect(place(soft(1000), carbon).pieces[0]!.startMs).toBe(T0_MS)
  })

  it('joins windows for jobs of weeks', () => {
    const weeks = job({ interruptible: true, work: 500, deadline: { kind: 'hard', atMs: at(800) } })
    const placed = place(weeks, cleanAt(10))
    expect(placed.energyKwh).toBeCloseTo(500, 0)
    expect(placed.pieces.at(-1)!.endMs).toBeLessThanOrEqual(at(800))
  })

  it('goes on in its region, where it is warm', () => {
    const one = job({ interruptible: true, startHours: 0.5, regions: ['here', 'there'] })
    const outlooks = asMap(outlook([300]), outlook([10], { region: 'there' }))
    const placed = placeJob(
      one,
      { workLeft: 2, region: 'here', level: 0 },
      { nowMs: T0_MS, outlooks },
    )!
    expect(placed).toMatchObject({ region: 'here', pieces: [{ startMs: T0_MS, endMs: at(2) }] })
  })

  it('never misses a hard deadline it called safe, however slow each hour turns out', () => {
    const carbon = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 24, maxLength: 24 })
    const slowness = fc.array(fc.double({ min: 0.5, max: 1.5, noNaN: true }), {
      minLength: 24,
      maxLength: 24,
    })
    fc.assert(
      fc.property(carbon, slowness, fc.boolean(), (values, speeds, elastic) => {
        const one = job({
          interruptible: true,
          work: 6,
          startHours: 0.2,
          slowestRatio: 0.5,
          ...(elastic && { levels: ELASTIC }),
        })
        expect(hoursUntilDone(one, values, speeds)).toBeLessThanOrEqual(24)
      }),
      { numRuns: 60 },
    )
  })
})

describe('where', () => {
  const here = outlook([300], { usdPerGpuHour: 1 })
  const there = outlook([100], { region: 'there', pue: 1.5, usdPerGpuHour: 10 })
  const regions = ['here', 'there']

  it('is the cleanest region, power of the building included', () => {
    const placed = placeJob(job({ regions }), untouched(job()), {
      nowMs: T0_MS,
      outlooks: asMap(here, there),
    })!
    expect(placed).toMatchObject({ region: 'there', carbonG: 600, energyKwh: 6, costUsd: 40 })
  })

  it('is not the one with the cleanest hour, where the others beside it are dirty', () => {
    const spike = outlook([500, 500, 10, 500], { region: 'spike' })
    const flat = outlook([300], { region: 'flat' })
    const one = job({ regions: ['spike', 'flat'] })
    const options = { nowMs: T0_MS, outlooks: asMap(spike, flat) }
    expect(placeJob(one, untouched(one), options)!.region).toBe('flat')
  })

  it('is one that it can pay for', () => {
    const options = { nowMs: T0_MS, outlooks: asMap(here, there) }
    const poor = job({ regions, budgetUsd: 20 })
    expect(placeJob(poor, untouched(poor), options)).toMatchObject({ region: 'here', costUsd: 4 })
    const broke = job({ regions, budgetUsd: 1 })
    expect(placeJob(broke, untouched(broke), options)).toBeUndefined()
  })

  it('is one that is safe, before it is a clean one', () => {
    const untilNight = (region: string, t: number) => (region === 'there' && t < 21 ? 0 : 4)
    const ledger = capacityLedger([here, there], untilNight, 30 * HOUR_MS)
    const options = { nowMs: T0_MS, outlooks: asMap(here, there), ledger }
    const long = job({ regions, interruptible: true })
    expect(placeJob(long, untouched(long), options)).toMatchObject({ region: 'here', safe: true })
  })

  it('is nowhere while there are no GPUs', () => {
    const none = capacityLedger([here], () => 0, 48 * HOUR_MS)
    const options = { nowMs: T0_MS, outlooks: asMap(here), ledger: none }
    expect(placeJob(job(), untouched(job()), options)).toBeUndefined()
    const pieces = job({ interruptible: true })
    expect(placeJob(pieces, untouched(pieces), options)).toBeUndefined()
  })
})
