import { describe, expect, test } from 'vitest'
import {
  deferrableCsv,
  jobsIn,
  OUTLOOK_HOURS,
  playedLevers,
  playJobs,
  type RecordedJob,
  runOnce,
  runRolling,
} from '../../../services/backtest/index.ts'
import type { BatchJob } from '../../../services/batch/index.ts'
import { at, cleanAt, ELASTIC, HOUR_MS, job, outlook } from '../../batch/jobs.ts'
import { arenaOf, LEAD, recordOf } from '../playground.ts'

const arena = arenaOf()
const HOURS = 72
const base = recordOf(HOURS)
const fromMs = base.startMs + LEAD * base.windowSeconds * 1000
const toMs = fromMs + HOURS * HOUR_MS
/** Clean in the afternoon; the forecast is right. */
const came = (hour: number) => (hour % 24 >= 12 && hour % 24 < 18 ? 100 : 500)
const record = {
  ...base,
  actual: base.actual.map((values) =>
    values.map((_, w) => came(Math.floor(Math.max(0, w - LEAD) / 4))),
  ),
  outlook: base.actual.map(() =>
    Float64Array.from({ length: HOURS * OUTLOOK_HOURS }, (_, i) =>
      came(Math.floor(i / OUTLOOK_HOURS) + (i % OUTLOOK_HOURS)),
    ),
  ),
}
const recorded = (over: Partial<RecordedJob> = {}): RecordedJob => ({
  submitSeconds: 0,
  gpus: 2,
  hours: 4,
  interruptible: true,
  maxScale: 4,
  ...over,
})
const frame = { fromMs, toMs, wattsPerGpu: [700, 800], seed: 3 }
const asExpected = () => 1

describe('recorded jobs', () => {
  test('become jobs of a region, due after the wait that is usual', () => {
    const [long, short, told] = jobsIn(
      arena,
      [recorded(), recorded({ hours: 1 }), recorded({ waitHours: 2, maxScale: 1 })],
      frame,
    )
    expect(long!.deadline.atMs).toBe(fromMs + 28 * HOUR_MS)
    expect(short!.deadline.atMs).toBe(fromMs + 7 * HOUR_MS)
    expect(told!.deadline.atMs).toBe(fromMs + 6 * HOUR_MS)
    expect(long!.levels.map(({ gpus }) => gpus)).toEqual([2, 4, 8])
    expect(told!.levels).toHaveLength(1)
    const watts = long!.regions[0] === 'dirty' ? 700 : 800
    expect(long!.levels[0]!.kilowatts).toBeCloseTo((2 * watts) / 1000, 9)
  })

  test('are dealt by the GPUs there are, the same by seed; what is due too late is left out', () => {
    const many = Array.from({ length: 200 }, () => recorded())
    const dealt = jobsIn(arena, many, frame).map(({ regions }) => regions[0])
    expect(dealt).toEqual(jobsIn(arena, many, frame).map(({ regions }) => regions[0]))
    const dirty = dealt.filter((region) => region === 'dirty').length
    expect(dirty / 200).toBeGreaterThan(0.7)
    expect(dirty).toBeLessThan(200)
    expect(jobsIn(arena, [recorded({ submitSeconds: 50 * 3600 })], frame)).toEqual([])
    const nowhere = { ...arena, pools: arena.pools.map((pool) => ({ ...pool, count: 0 })) }
    expect(jobsIn(nowhere, [recorded()], frame)[0]!.regions).toEqual(['dirty'])
  })
})

describe('rules for deferrable work', () => {
  const results = playJobs({
    arena,
    record,
    jobs: jobsIn(
      arena,
      [recorded(), recorded({ submitSeconds: 4000, hours: 2, maxScale: 1 })],
      frame,
    ),
  })
  const of = (id: string) => results.find(({ policy }) => policy === id)!

  test('wait for the clean hours; nobody is below the clairvoyant', () => {
    expect(of('run-now')).toMatchObject({ saving: 0, meanDelayHours: 0, lateJobs: 0, jobs: 2 })
    for (const id of ['gaia', 'wait-awhile', 'carbon-scaler', 'carbon-aware-sdk', 'gridtide']) {
      expect(of(id).saving, id).toBeGreaterThan(0.5)
    }
    for (const { carbonG, policy } of results) {
      expect(carbonG, policy).toBeGreaterThanOrEqual(of('clairvoyant').carbonG - 1e-6)
    }
  })

  test('ours is never late, and time-shift says what it saved', () => {
    expect(of('gridtide').lateJobs).toBe(0)
    const shift = playedLevers([], results).find(({ lever }) => lever === 'time-shift')!
    expect(shift.words).toMatch(/^\d+\.\d % of the carbon of the deferrable jobs/)
    const [head, first] = deferrableCsv(results).trim().split('\n')
    expect(first!.split(',')).toHaveLength(head!.split(',').length)
  })

  test('a plan too tight for its start ends late, and is counted', () => {
    const tight = playJobs({
      arena,
      record,
      jobs: jobsIn(arena, [recorded({ waitHours: 0 })], frame),
    })
    expect(tight.find(({ policy }) => policy === 'run-now')!.lateJobs).toBe(1)
  })

  test('nothing saved of nothing', () => {
    expect(playJobs({ arena, record, jobs: [] })).toEqual([])
    const clean = { ...record, actual: record.actual.map((values) => values.map(() => 0)) }
    const free = playJobs({ arena, record: clean, jobs: jobsIn(arena, [recorded()], frame) })
    expect(free.every(({ saving }) => saving === 0)).toBe(true)
  })
})

describe('regions of jobs free', () => {
  const elsewhere = [600, 60]
  const twoZones = {
    ...record,
    actual: record.actual.map((values, r) => values.map(() => elsewhere[r]!)),
    outlook: record.outlook.map((values, r) => values.map(() => elsewhere[r]!)),
  }
  const still = recorded({ interruptible: false, maxScale: 1 })
  const jobOf = (id: string, region: string, over: Partial<BatchJob> = {}): BatchJob => ({
    ...jobsIn(arena, [still], frame)[0]!,
    id,
    regions: [region],
    ...over,
  })
  const played = (jobs: readonly BatchJob[], on = arena) => {
    const results = playJobs({ arena: on, record: twoZones, jobs })
    return (id: string) => results.find(({ policy }) => policy === id)!
  }

  test('a job goes where it is clean, as long as there are the GPUs that running at once needs', () => {
    const of = played([jobOf('a', 'dirty'), jobOf('b', 'clean')])
    expect(of('gridtide').saving).toBeCloseTo(0, 9)
    expect(of('gridtide-anywhere').saving).toBeGreaterThan(0.5)
    expect(of('gridtide-anywhere').lateJobs).toBe(0)
    const alone = played([jobOf('a', 'dirty')])
    expect(alone('gridtide-anywhere').saving).toBeCloseTo(0, 9)
  })

  test('what finds no room in time runs at once at home', () => {
    const noonMs = fromMs + 12 * HOUR_MS
    const due = { kind: 'hard', atMs: noonMs + 4.5 * HOUR_MS } as const
    const urgent = jobOf('urgent', 'dirty', { earliestStartMs: noonMs, deadline: due })
    // The first takes the clean hours and with them all GPUs that two jobs one after the other need.
    const jobs = [jobOf('first', 'dirty'), urgent]
    const results = playJobs({ arena, record, jobs })
    const of = (id: string) => results.find(({ policy }) => policy === id)!
    expect(of('gridtide-anywhere').carbonG).toBeLessThan(of('run-now').carbonG)
    expect(of('gridtide-anywhere').lateJobs).toBe(of('run-now').lateJobs)
  })

  test('other GPUs or hosts draw otherwise, and are left alone', () => {
    const [dirty, clean] = arena.problem.regions
    const problem = { ...arena.problem, regions: [dirty!, { ...clean!, hostWattsPerGpu: 99 }] }
    const of = played([jobOf('a', 'dirty'), jobOf('b', 'clean')], { ...arena, problem })
    expect(of('gridtide-anywhere').saving).toBeCloseTo(0, 9)
  })
})

describe('a job on its GPUs', () => {
  const hours = (run: ReturnType<typeof runOnce>) => (run.endMs! - at(0)) / HOUR_MS

  test('draws power before it works, and what is left after the plan runs on', () => {
    const slow: BatchJob = job({ startHours: 0.5 })
    expect(hours(runOnce(slow, [{ startMs: at(0), endMs: at(4), level: 0 }], asExpected))).toBe(4.5)
  })

  test('more GPUs start beside those that work; fewer cost a checkpoint', () => {
    const elastic = job({ levels: ELASTIC, work: 6, startHours: 0.5, checkpointHours: 0.25 })
    const { pieces, endMs } = runOnce(
      elastic,
      [
        { startMs: at(0), endMs: at(1), level: 0 },
        { startMs: at(1), endMs: at(2), level: 2 },
        { startMs: at(2), endMs: at(9), level: 0 },
      ],
      asExpected,
    )
    // 0.5 while it starts, 0.5 + 2 while the other three do and have, then one each hour.
    expect((endMs! - at(0)) / HOUR_MS).toBeCloseTo(5, 9)
    expect(pieces[1]!.endMs).toBe(at(2.25))
  })

  test('planned anew every hour it keeps its deadline although it is slower than told', () => {
    const asked = job({
      interruptible: true,
      slowestRatio: 0.5,
      deadline: { kind: 'hard', atMs: at(20) },
    })
    const run = runRolling(
      asked,
      () => outlook(cleanAt(12)),
      () => 0.6,
    )
    expect(run.endMs!).toBeLessThanOrEqual(at(20))
    expect(run.pieces[0]!.startMs).toBeGreaterThan(at(0))
  })

  test('planned anew within the hour too, and done sooner where it is faster than told', () => {
    const quarters = outlook([100, 500, 100, 500, 500, 500, 500, 500], { windowMs: HOUR_MS / 4 })
    const small = job({ interruptible: true, work: 0.5, deadline: { kind: 'hard', atMs: at(2) } })
    const told = runRolling(small, () => quarters, asExpected)
    expect(told.pieces.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [at(0), at(0.25)],
      [at(0.5), at(0.75)],
    ])
    const faster = runRolling(
      small,
      () => quarters,
      () => 2,
    )
    expect(faster.pieces).toEqual([{ startMs: at(0), endMs: at(0.25), level: 0 }])
    expect(runOnce(small, told.pieces, () => 2).pieces).toEqual(faster.pieces)
  })
})
