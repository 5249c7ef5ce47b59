import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bestOfLevel, levelSizes } from '../../services/backtest/best-of-level.ts'
import { playPolicy, windowsToPlay } from '../../services/backtest/index.ts'
import { loadHighs } from '../../services/planning/index.ts'
import { arenaOf, LEAD, recordOf } from './playground.ts'

const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0)

/** Every choice of windows to miss, each with the running maximum of the needs that are left. */
function leastByTrying(known: readonly number[], need: readonly number[], misses: number): number {
  const order = [...known.keys()].sort((a, b) => known[a]! - known[b]!)
  const totalWithout = (missed: number) => {
    let most = 0
    return sum(
      order.map((window, place) => {
        if (!(missed & (1 << place))) most = Math.max(most, need[window]!)
        return most
      }),
    )
  }
  const choices = Array.from({ length: 1 << known.length }, (_, bits) => bits)
  const allowed = choices.filter((bits) => sum(bits.toString(2).split('').map(Number)) <= misses)
  return Math.min(...allowed.map(totalWithout))
}

test('takes no more than the best of all choices, never falls with the level, and is seldom short', () => {
  const windows = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  fc.assert(
    fc.property(windows, fc.integer({ min: 0, max: 3 }), (pairs, misses) => {
      // Told apart by a little, so that there is one order of level.
      const known = pairs.map(([level], i) => level + i / 100)
      const need = pairs.map(([, needed]) => needed)
      const capacity = bestOfLevel(
        { known: Float64Array.from(known), need: Float64Array.from(need) },
        misses,
      )
      expect(sum(capacity)).toBe(leastByTrying(known, need, misses))
      const byLevel = [...known.keys()].sort((a, b) => known[a]! - known[b]!)
      const sorted = byLevel.map((window) => capacity[window]!)
      expect(sorted).toEqual(sorted.toSorted((a, b) => a - b))
      const short = need.filter((needed, window) => needed > capacity[window]!)
      expect(short.length).toBeLessThanOrEqual(misses)
    }),
    { numRuns: 200, seed: 1 },
  )
})

test('is one rule for all records, short in as many windows as is promised', () => {
  const jumping = (at: number) => {
    const record = recordOf(250)
    const rates = Float64Array.from({ length: record.windowCount }, (_, w) =>
      w - LEAD === at ? 300 : 100,
    )
    return { ...record, demand: [[rates]] }
  }
  const [first, second] = levelSizes([jumping(500), jumping(-1)])
  expect(first![0]).toHaveLength(1000)
  // 2,000 windows: two may be short, and a jump out of the blue makes two that need it.
  expect(Math.max(...first![0]!.subarray(0, 498))).toBe(100)
  expect(Math.max(...second![0]!)).toBe(100)
})

test('plays between the clairvoyant and who has to tell by itself', async () => {
  const solver = await loadHighs()
  const job = { arena: arenaOf(), tuning: [], reported: [recordOf(6)], seed: 2 }
  const carbonOf = (policy: string) => playPolicy({ ...job, policy }, solver).runs[0]!.carbonG
  expect(carbonOf('best-of-level')).toBeGreaterThan(carbonOf('clairvoyant'))
  expect(windowsToPlay({ ...job, policy: 'best-of-level' })).toBe(6 * 4)
  const silent = recordOf(1)
  const nobody = {
    ...silent,
    demand: silent.demand.map((all) => all.map((one) => one.map(() => 0))),
  }
  const [run] = playPolicy({ ...job, reported: [nobody], policy: 'best-of-level' }, solver).runs
  expect(run!.partsKwh.load).toBe(0)
})
