import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  advance,
  type BatchJob,
  capacityLedger,
  type Placement,
  placeJob,
  scheduleJobs,
  untouched,
  type WarmRoom,
  warmLedger,
} from '../../services/batch/index.ts'
import { asMap, at, cleanAt, HOUR_MS, job, outlook } from './jobs.ts'

/** 8 h of work at 1 kW a unit, in a day, that says how far it is. */
const tokens = (change: Partial<BatchJob> = {}): BatchJob =>
  job({ id: 'tokens', interruptible: true, reported: true, model: 'llama', work: 8, ...change })

/** Half a GPU's work an hour, for three tenths of its energy. */
const HALF: WarmRoom = { workPerHour: 0.5, kwhPerWork: 0.3 }

const world = (
  carbon: readonly number[],
  roomAt: (site: string, model: string, window: number) => WarmRoom | undefined = () => HALF,
  gpus = 4,
) => {
  const outlooks = asMap(outlook(carbon), outlook(carbon, { region: 'there' }))
  const warm = warmLedger({ outlooks, siteOf: () => 'site', roomAt, windows: carbon.length })
  const ledger = capacityLedger([...outlooks.values()], () => gpus, 72 * HOUR_MS)
  return { nowMs: at(0), outlooks, ledger, warm }
}

const hoursOf = ({ pieces }: Placement, of: 'own' | 'warm') =>
  pieces
    .filter(({ level, warm }) => (of === 'own' ? level !== undefined : warm))
    .reduce((sum, { startMs, endMs }) => sum + (endMs - startMs) / HOUR_MS, 0)

const done = (one: BatchJob, placement: Placement, untilHour = 48) =>
  one.work - advance(one, untouched(one), placement, at(0), at(untilHour)).progress.workLeft

describe('tokens on warm replicas', () => {
  it('go where a token is cheapest, and cost the slope of power alone', () => {
    const one = tokens({ work: 2 })
    const placed = placeJob(one, untouched(one), world(cleanAt(6)))!
    expect(placed).toMatchObject({ safe: true, costUsd: 0, energyKwh: 0.6, carbonG: 60 })
    expect(placed.pieces[0]!.startMs).toBe(at(6))
    expect(placed.pieces.at(-1)!.endMs).toBe(at(10))
    expect(hoursOf(placed, 'own')).toBe(0)
    expect(done(one, placed)).toBeCloseTo(2)
  })

  it('take GPUs of their own beside in the same clean hours, for what does not fit', () => {
    const one = tokens({ work: 6 })
    const placed = placeJob(one, untouched(one), world(cleanAt(6)))!
    // 2 warm in the clean hours, 4 on a GPU of its own in them: the dirty ones are not needed.
    expect(hoursOf(placed, 'warm')).toBeCloseTo(4)
    expect(hoursOf(placed, 'own')).toBeCloseTo(4)
    expect(placed.carbonG).toBeCloseTo(2 * 0.3 * 100 + 4 * 100)
    expect(done(one, placed)).toBeCloseTo(6)
  })

  it('go on warm replicas in dirtier hours only where that is cheaper than a clean GPU', () => {
    const dirty = cleanAt(6).map((g) => (g === 500 ? 250 : g))
    const one = tokens()
    const cheap = placeJob(one, untouched(one), world(dirty))!
    // 250 x 0.3 < 100: what is left waits for no clean GPU.
    expect(hoursOf(cheap, 'warm')).toBeCloseTo(16)
    const dear = placeJob(tokens({ work: 6 }), untouched(tokens({ work: 6 })), world(cleanAt(6)))!
    expect(dear.pieces.every(({ startMs, endMs }) => startMs >= at(6) && endMs <= at(10))).toBe(
      true,
    )
  })

  it('leave nothing to them after the latest safe start', () => {
    // Clean is only the end, where nobody could make up for warm replicas that are gone.
    const late = Array.from({ length: 24 }, (_, hour) => (hour < 20 ? 500 : 100))
    const one = tokens({ slowestRatio: 0.5, work: 6 })
    const placed = placeJob(one, untouched(one), world(late))!
    const warmEnds = placed.pieces.filter(({ warm }) => warm).map(({ endMs }) => endMs)
    expect(Math.max(...warmEnds)).toBeLessThanOrEqual(at(12))
    expect(placed.safe).toBe(true)
  })

  it('take all there is where the job is late already, and promise nothing', () => {
    const one = tokens({ deadline: { kind: 'hard', atMs: at(4) } })
    const placed = placeJob(one, untouched(one), world(cleanAt(0)))!
    expect(placed.safe).toBe(false)
    expect(done(one, placed, 4)).toBeCloseTo(6)
  })

  it('run on them alone where there are no GPUs for it', () => {
    const soft = { kind: 'soft', atMs: at(24), lateGPerHour: 1 } as const
    const one = tokens({ deadline: soft, work: 2 })
    const placed = placeJob(one, untouched(one), world(cleanAt(6), undefined, 0))!
    expect(placed).toMatchObject({ safe: false, costUsd: 0 })
    const short = tokens({ deadline: soft, work: 20 })
    expect(placeJob(short, untouched(short), world(cleanAt(6), undefined, 0))).toBeDefined()
    expect(
      placeJob(
        one,
        untouched(one),
        world(cleanAt(6), () => undefined, 0),
      ),
    ).toBeUndefined()
  })

  it.each([
    ['may not be cut', { interruptible: false }],
    ['never says how far it is', { reported: false }],
    ['is no tokens', { model: undefined } as never],
  ])('are left out where a job %s', (_why, change: Partial<BatchJob>) => {
    const one = tokens(change)
    const placed = placeJob(one, untouched(one), world(cleanAt(6)))!
    expect(hoursOf(placed, 'warm')).toBe(0)
  })

  it('are no cheaper where their power is steeper than that of a GPU of its own', () => {
    const one = tokens({ work: 4 })
    const steep = { workPerHour: 0.5, kwhPerWork: 1.5 }
    const placed = placeJob(
      one,
      untouched(one),
      world(cleanAt(6), () => steep),
    )!
    expect(hoursOf(placed, 'warm')).toBe(0)
  })

  it('are given up where what is left costs more to start than they save', () => {
    const flat = new Array<number>(24).fill(100)
    const one = tokens({ work: 1, startHours: 0.5 })
    const hair = { workPerHour: 1e-4, kwhPerWork: 0.9999 }
    const placed = placeJob(
      one,
      untouched(one),
      world(flat, () => hair),
    )!
    expect(placed.carbonG).toBeLessThanOrEqual(150.01)
  })

  it('are chosen over a cleaner region without them', () => {
    const one = tokens({ work: 2, regions: ['here', 'there'] })
    const inputs = world(cleanAt(6))
    const outlooks = asMap(
      outlook(cleanAt(6)),
      outlook(new Array(24).fill(90), { region: 'there' }),
    )
    const warm = {
      ...inputs.warm,
      room: (region: string, model: string, ms: number) =>
        region === 'here' ? inputs.warm.room(region, model, ms) : undefined,
    }
    expect(placeJob(one, untouched(one), { ...inputs, outlooks, warm })!.region).toBe('here')
  })

  it('are shared: what one job takes of a site is gone for the next', () => {
    const jobs = ['a', 'b'].map((id) =>
      tokens({ id, work: 2, regions: id === 'a' ? ['here'] : ['there'] }),
    )
    const queued = jobs.map((one) => ({ job: one, progress: untouched(one) }))
    const inputs = world(cleanAt(6), (_site, _model, window) => (window < 10 ? HALF : undefined))
    const { placements } = scheduleJobs(queued, inputs)
    const rate = (hour: number) =>
      [...placements.values()]
        .flatMap(({ pieces }) =>
          pieces.filter((piece) => piece.startMs <= at(hour) && at(hour) < piece.endMs),
        )
        .reduce((sum, { warm }) => sum + (warm?.workPerHour ?? 0), 0)
    for (let hour = 0; hour < 24; hour += 0.25) expect(rate(hour)).toBeLessThanOrEqual(0.5)
    inputs.warm.take('here', 'llama', at(20), 1)
    expect(inputs.warm.room('here', 'llama', at(20))).toBeUndefined()
    inputs.warm.take('there', 'llama', at(0), 0.2)
    expect(inputs.warm.room('here', 'llama', at(0))!.workPerHour).toBeCloseTo(0.3)
  })

  it('never cost a deadline, whatever they turn out to bring, at the slowest throughput', () => {
    const hour = fc.record({
      brings: fc.constantFrom(0, 0.3, 1),
      carbon: fc.integer({ min: 1, max: 900 }),
    })
    fc.assert(
      fc.property(
        fc.array(hour, { minLength: 24, maxLength: 24 }),
        fc.integer({ min: 1, max: 11 }),
        (hours, work) => {
          const one = tokens({ work, slowestRatio: 0.5, startHours: 0.2 })
          const inputs = world(hours.map(({ carbon }) => carbon))
          let progress: Parameters<typeof placeJob>[1] = untouched(one)
          for (let now = 0; now < 24 && progress.workLeft > 1e-9; now++) {
            const placed = placeJob(one, progress, { ...inputs, nowMs: at(now) })!
            const slowly = placed.pieces.map(({ warm, ...piece }) => ({
              ...piece,
              ...(warm && {
                warm: { ...warm, workPerHour: warm.workPerHour * hours[now]!.brings },
              }),
            }))
            const slow = {
              ...one,
              levels: one.levels.map((level) => ({ ...level, workPerHour: level.workPerHour / 2 })),
            }
            // A piece that was to end within the hour goes on: throughput is slow.
            const last = slowly.at(-1)!
            slowly[slowly.length - 1] = { ...last, endMs: Math.max(last.endMs, at(48)) }
            progress = advance(
              slow,
              progress,
              { ...placed, pieces: slowly },
              at(now),
              at(now + 1),
            ).progress
          }
          expect(progress.workLeft).toBeLessThanOrEqual(1e-9)
        },
      ),
      { numRuns: 60 },
    )
  })
})
