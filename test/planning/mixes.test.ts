import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Cell } from '../../services/planning/cell.ts'
import { type Choice, choiceCost, overload } from '../../services/planning/choice.ts'
import { chooseMixes } from '../../services/planning/choose-mixes.ts'
import { exactSeed } from '../../services/planning/exact-seed.ts'
import { findMixes } from '../../services/planning/find-mixes.ts'
import type { Mix } from '../../services/planning/mix.ts'
import { random } from '../../services/planning/random.ts'
import { newRouter, pushInto, startRouting } from '../../services/planning/router.ts'
import { settlePrices } from '../../services/planning/settle-prices.ts'
import type { Trial } from '../../services/planning/trial.ts'

/** Two regions with one pool each; a small and a large bin in both; one lane may go anywhere. */
const cell = (loads: readonly number[], of: Partial<Cell> = {}): Cell => ({
  model: 0,
  window: 0,
  regionCount: 2,
  bins: Int32Array.of(0, 1, 2, 3),
  region: Int32Array.of(0, 0, 1, 1),
  pool: Int32Array.of(0, 0, 1, 1),
  gpus: Float64Array.of(1, 4, 1, 4),
  capacity: Float64Array.of(10, 50, 10, 50),
  fixed: Float64Array.of(2, 7, 4, 14),
  perToken: Float64Array.of(0.1, 0.1, 0.2, 0.2),
  loads: Float64Array.from(loads),
  reaches: Uint8Array.of(1, 0, 0, 1, 1, 1),
  minReplicas: 0,
  spareReplicas: 0,
  interactive: loads.reduce((a, b) => a + b, 0),
  ...of,
})
const trial = (): Trial => ({
  counts: new Int32Array(4),
  used: new Float64Array(2),
  left: new Float64Array(4),
  unserved: new Float64Array(3),
  needs: new Float64Array(2),
  saved: new Int32Array(4),
  router: newRouter(3, 2),
  loadCost: 0,
  missing: 0,
})
const find = (of: Cell, room: readonly number[], prices = [1, 0]): Mix[] =>
  findMixes(of, trial(), Float64Array.from(prices), Float64Array.from(room), [], random(1))

const capacityIn = (mix: Mix, bins: readonly number[]) =>
  [...mix.bins].reduce(
    (sum, b, i) => sum + (bins.includes(b) ? mix.counts[i]! * [10, 50, 10, 50][b]! : 0),
    0,
  )

describe('findMixes', () => {
  it('carries every lane where it may go, within the pools', () => {
    const load = fc.integer({ min: 0, max: 120 })
    fc.assert(
      fc.property(load, load, load, (near, far, free) => {
        for (const mix of find(cell([near, far, free]), [20, 20])) {
          expect(capacityIn(mix, [0, 1])).toBeGreaterThanOrEqual(near)
          expect(capacityIn(mix, [2, 3])).toBeGreaterThanOrEqual(far)
          expect(capacityIn(mix, [0, 1, 2, 3])).toBeGreaterThanOrEqual(near + far + free)
          for (const gpus of mix.gpus) expect(gpus).toBeLessThanOrEqual(20)
        }
      }),
      { numRuns: 50, seed: 1 },
    )
  })

  it('keeps nothing where there is no traffic', () => {
    const mixes = find(cell([0, 0, 0]), [20, 20])
    expect(mixes.map(({ cost, counts }) => [cost, ...counts])).toEqual([[0]])
  })

  it('finds the cheapest one', () => {
    // 60 tokens/s: a large replica and a small one in the first region.
    const costs = find(cell([60, 0, 0]), [20, 20], [0, 0]).map(({ cost }) => cost)
    expect(Math.min(...costs)).toBeCloseTo(2 + 7 + 6, 9)
  })

  it('moves traffic that may go elsewhere out of the way', () => {
    // The first lane would fill the middle region, which is cheapest; the second needs it more.
    const three = cell([10, 20], {
      regionCount: 3,
      bins: Int32Array.of(0, 1, 2),
      region: Int32Array.of(1, 2, 0),
      pool: Int32Array.of(0, 1, 2),
      gpus: Float64Array.of(1, 1, 1),
      capacity: Float64Array.of(10, 10, 10),
      fixed: Float64Array.of(1, 1, 1),
      perToken: Float64Array.of(0.1, 0.2, 0.3),
      reaches: Uint8Array.of(1, 1, 0, 0, 1, 1),
    })
    const scratch = {
      ...trial(),
      router: newRouter(2, 3),
      needs: new Float64Array(3),
      used: new Float64Array(3),
    }
    const seed = (b: number) => [1, 1, 1][b]!
    const room = Float64Array.of(1, 1, 1)
    const mixes = findMixes(
      three,
      scratch,
      room.map(() => 0),
      room,
      [seed, seed],
      random(1),
    )
    expect(Math.min(...mixes.map(({ cost }) => cost))).toBeCloseTo(3 + 1 + 2 + 3, 9)
  })

  it('keeps the floor and the spare', () => {
    const floor = find(cell([5, 0, 0], { minReplicas: 3 }), [20, 20])
    for (const { counts } of floor) expect(counts.reduce((a, b) => a + b, 0)).toBeGreaterThan(2)
    const spare = find(cell([50, 0, 0], { spareReplicas: 1 }), [20, 20])
    for (const mix of spare) {
      const largest = mix.bins.some((b) => b % 2 === 1) ? 50 : 10
      expect(capacityIn(mix, [0, 1, 2, 3]) - largest).toBeGreaterThanOrEqual(50)
    }
  })

  it('is nothing where nothing fits', () => {
    expect(find(cell([60, 0, 0]), [2, 20])).toMatchObject([{ cost: 0, bins: new Int32Array(0) }])
  })
})

describe('chooseMixes', () => {
  it('makes room in the pool that lacks it alone', () => {
    const mix = (key: number, gpus: readonly number[], cost: number): Mix => ({
      bins: new Int32Array(0),
      counts: new Int32Array(0),
      pools: Int32Array.of(0, 1),
      gpus: Float64Array.from(gpus),
      cost,
      key,
    })
    const options = [[mix(0, [8, 2], 1), mix(1, [0, 8], 3)], [mix(2, [8, 2], 1)]]
    const choice: Choice = {
      options,
      costs: options.map((own) => Float64Array.from(own, ({ cost }) => cost)),
      room: Float64Array.of(12, 12),
      used: new Float64Array(2),
      picks: new Int32Array(2),
    }
    expect(chooseMixes(choice, Float64Array.of(0, 0))).toBe(true)
    expect([...choice.used]).toEqual([8, 10])
    expect(choiceCost(choice)).toBe(4)
  })

  const option = fc.record({ cost: fc.integer({ min: 1, max: 50 }), gpus: fc.nat({ max: 8 }) })
  const models = fc.array(fc.array(option, { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 4,
  })
  type Option = { readonly cost: number; readonly gpus: number }
  const choiceOf = (options: readonly (readonly Option[])[]): Choice => ({
    options: options.map((own) =>
      own.map(
        ({ cost, gpus }, key): Mix => ({
          bins: new Int32Array(0),
          counts: new Int32Array(0),
          pools: Int32Array.of(0),
          gpus: Float64Array.of(gpus),
          cost,
          key,
        }),
      ),
    ),
    costs: options.map((own) => Float64Array.from(own, ({ cost }) => cost)),
    room: Float64Array.of(12),
    used: new Float64Array(1),
    picks: new Int32Array(options.length),
  })
  const all = (options: readonly (readonly Option[])[]): Option[] =>
    options.reduce<Option[]>(
      (sums, own) =>
        sums.flatMap((sum) =>
          own.map(({ cost, gpus }) => ({ cost: sum.cost + cost, gpus: sum.gpus + gpus })),
        ),
      [{ cost: 0, gpus: 0 }],
    )

  it('fits, and is near the best of all choices, which its prices bound from below', () => {
    let excess = 0
    let sum = 0
    fc.assert(
      fc.property(models, (options) => {
        const choice = choiceOf(options)
        const { prices, value } = settlePrices(choice, Float64Array.of(1))
        const fitting = all(options).filter(({ gpus }) => gpus <= 12)
        const best = Math.min(...fitting.map(({ cost }) => cost))
        expect(value).toBeLessThanOrEqual(best + 1e-9)
        if (!chooseMixes(choice, prices)) return
        expect(overload(choice)).toBe(0)
        expect(choiceCost(choice)).toBeGreaterThanOrEqual(best)
        excess += choiceCost(choice) - best
        sum += best
      }),
      { numRuns: 300, seed: 1 },
    )
    expect(excess / sum).toBeLessThan(0.01)
  })

  it('says where none fits', () => {
    const two = [[{ cost: 1, gpus: 8 }], [{ cost: 1, gpus: 8 }]]
    expect(chooseMixes(choiceOf(two), Float64Array.of(0))).toBe(false)
  })
})

describe('pushInto', () => {
  it('finds room along a chain of lanes, and none where there is none', () => {
    // Lane 0 reaches 0 and 1, lane 1 reaches 1 and 2, lane 2 reaches 2 alone.
    const reaches = Uint8Array.of(1, 1, 0, 0, 1, 1, 0, 0, 1)
    const router = newRouter(3, 3)
    startRouting(router, [5, 5, 5], 0, 3, 3)
    const into = (region: number, most: number) => pushInto(router, reaches, 3, 3, region, most)
    expect(into(1, 5)).toBe(5)
    expect(into(2, 5)).toBe(5)
    // Lane 0 leaves region 1, which lane 1 takes for region 2, where lane 2 has to be.
    expect(into(0, 9)).toBe(5)
    expect([...router.unserved]).toEqual([0, 0, 0])
    expect([...router.flows]).toEqual([5, 0, 0, 0, 5, 0, 0, 0, 5])
    expect(into(0, 9)).toBe(0)
  })
})

describe('exactSeed', () => {
  const seedOf = (loads: readonly number[], known: number) =>
    exactSeed(cell(loads), Float64Array.of(0, 0), known)

  it('is the best there is, where no replica is full to the last step of the grid', () => {
    const seed = seedOf([58, 0, 0], Number.POSITIVE_INFINITY)!
    expect([0, 1, 2, 3].map(seed)).toEqual([1, 1, 0, 0])
  })

  it('is nothing without traffic, below what is known, or where replicas are many', () => {
    expect(seedOf([0, 0, 0], Number.POSITIVE_INFINITY)).toBeUndefined()
    expect(seedOf([60, 0, 0], 1)).toBeUndefined()
    expect(seedOf([9000, 0, 0], Number.POSITIVE_INFINITY)).toBeUndefined()
  })
})
