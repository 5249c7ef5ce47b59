import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Cover, filledByWork, narrow } from '../../services/planning/cover.ts'
import { chainOf } from '../../services/planning/cover-chain.ts'
import { replicaBound } from '../../services/planning/replica-bound.ts'
import { wholeCover } from '../../services/planning/whole-cover.ts'

/** Bins as [region, capacity, fixed, perToken]; lanes as [load, regions]. */
const cover = (
  bins: readonly (readonly [number, number, number, number])[],
  lanes: readonly (readonly [number, readonly number[]])[],
  change: Partial<Cover> = {},
): Cover => {
  const regionCount = 2
  return {
    regionCount,
    bins: Int32Array.from(bins.keys()),
    region: Int32Array.from(bins, ([region]) => region),
    capacity: Float64Array.from(bins, ([, capacity]) => capacity),
    fixed: Float64Array.from(bins, ([, , fixed]) => fixed),
    perToken: Float64Array.from(bins, ([, , , perToken]) => perToken),
    loads: Float64Array.from(lanes, ([load]) => load),
    reaches: Uint8Array.from(
      lanes.flatMap(([, regions]) => [0, 1].map((r) => (regions.includes(r) ? 1 : 0))),
    ),
    minReplicas: 0,
    ...change,
  }
}
/** Work in the first region pays 0.1 for a token/s. */
const offers = Float64Array.of(0.1, Number.NEGATIVE_INFINITY)

describe('narrow', () => {
  it('keeps the first of two equal bins, and what another beats in nothing', () => {
    const twins = cover(
      [
        [0, 10, 1, 0.5],
        [0, 10, 1, 0.5],
        [0, 5, 0.4, 0.5],
      ],
      [
        [25, [0]],
        [0, [1]],
      ],
    )
    const { capacity, loads } = narrow(twins)
    expect([...capacity]).toEqual([10, 5])
    expect([...loads]).toEqual([25])
  })
})

describe('replicaBound', () => {
  it('rounds up to whole replicas where load is free', () => {
    expect(replicaBound(cover([[0, 10, 1, 0]], [[25, [0]]]))).toBeCloseTo(3, 6)
  })

  it('pays for the load of the last replica alone', () => {
    expect(replicaBound(cover([[0, 10, 1, 0.1]], [[15, [0]]]))).toBeCloseTo(3.5, 6)
  })

  it('keeps the floor of replicas, also without any traffic', () => {
    expect(replicaBound(cover([[0, 10, 1, 0]], [[0, [0]]], { minReplicas: 2 }))).toBeCloseTo(2, 6)
  })

  it('stays below every whole plan, and not below the fractional one', () => {
    const bin = fc.tuple(
      fc.integer({ min: 0, max: 1 }),
      fc.integer({ min: 3, max: 12 }),
      fc.integer({ min: 1, max: 20 }),
      fc.double({ min: 0, max: 2, noNaN: true }),
    )
    const everywhere = [0, 1].map((r) => [r, 7, 9, 0.5] as const)
    const loads = fc.tuple(fc.nat({ max: 15 }), fc.nat({ max: 15 }), fc.nat({ max: 15 }))
    const some = fc.array(bin, { minLength: 1, maxLength: 2 })
    fc.assert(
      fc.property(some, loads, fc.nat({ max: 3 }), (bins, [a, b, c], minReplicas) => {
        const of = cover(
          [...everywhere, ...bins],
          [
            [a, [0]],
            [b, [1]],
            [c, [0, 1]],
          ],
          { minReplicas },
        )
        const least = leastOf(of)
        const bound = replicaBound(of)
        expect(bound).toBeLessThanOrEqual(least * (1 + 1e-9) + 1e-9)
        expect(bound).toBeGreaterThanOrEqual(linearOf(of) * (1 - 1e-9) - 1e-9)
      }),
      { numRuns: 20, seed: 1 },
    )
  })

  it('finds the best of replicas of different sizes', () => {
    // 27 = 10 + 10 + 7: two large ones and a small one.
    const of = cover(
      [
        [0, 10, 5, 0],
        [0, 7, 4, 0],
      ],
      [[27, [0]]],
    )
    expect(replicaBound(of)).toBeCloseTo(14, 2)
  })

  it('keeps the floor of replicas, the idle one as cheap as there is', () => {
    const of = cover(
      [
        [0, 10, 5, 0],
        [0, 2, 1, 1],
      ],
      [[9, [0]]],
      { minReplicas: 3 },
    )
    expect(replicaBound(of)).toBeCloseTo(7, 2)
  })

  it('lets deferrable work pay for what traffic leaves free', () => {
    const alone = cover([[0, 10, 1, 0]], [[15, [0]]])
    const offered = { ...alone, ...filledByWork(alone, offers) }
    expect(replicaBound(alone)).toBeCloseTo(2, 6)
    expect(replicaBound(offered)).toBeCloseTo(1.5, 6)
  })

  it('is the fractional value where a replica is smaller than a step of the grid', () => {
    const of = cover(
      [
        [0, 10, 5, 0],
        [0, 0.05, 0.03, 0],
      ],
      [[25, [0]]],
    )
    expect(replicaBound(of)).toBeCloseTo(12.5, 9)
  })

  it('is the fractional value where replicas are many, and nothing where there are none', () => {
    expect(replicaBound(cover([[0, 10, 1, 0]], [[1005, [0]]]))).toBeCloseTo(100.5, 9)
    expect(replicaBound(cover([], [[0, [0]]]))).toBe(0)
  })
})

describe('wholeCover', () => {
  it('tells the replicas behind its value, idle ones for the floor too', () => {
    const of = cover(
      [
        [0, 10, 5, 0],
        [0, 2, 1, 1],
      ],
      [[9, [0]]],
      { minReplicas: 3 },
    )
    const grid = { stepsPerReplica: 50, mostSteps: 1000, careful: true, traced: true }
    expect([...wholeCover(of, chainOf(of).links, grid).counts()]).toEqual([1, 2])
  })
})

/** The cheapest whole plan, by trying all counts that could be of use. */
function leastOf(of: Cover): number {
  let best = Number.POSITIVE_INFINITY
  const counts = new Array<number>(of.region.length).fill(0)
  const total = of.loads.reduce((x, y) => x + y, 0)
  const visit = (b: number, fixed: number): void => {
    if (fixed >= best) return
    if (b === counts.length) {
      best = Math.min(best, fixed + loadCost(of, counts))
      return
    }
    const most = Math.max(of.minReplicas, Math.ceil(total / of.capacity[b]!))
    for (let n = 0; n <= most; n++) {
      counts[b] = n
      visit(b + 1, fixed + n * of.fixed[b]!)
    }
    counts[b] = 0
  }
  visit(0, 0)
  return best
}

/** Loads of given replicas: captive lanes at home first, the free one wherever it is cheapest. */
function loadCost(of: Cover, counts: readonly number[]): number {
  if (counts.reduce((x, y) => x + y, 0) < of.minReplicas) return Number.POSITIVE_INFINITY
  const [a, b, free] = [of.loads[0]!, of.loads[1]!, of.loads[2]!]
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i <= free; i++) {
    best = Math.min(
      best,
      regionCost(of, counts, 0, a + i) + regionCost(of, counts, 1, b + free - i),
    )
  }
  return best
}

function regionCost(of: Cover, counts: readonly number[], r: number, load: number): number {
  const bins = [...counts.keys()]
    .filter((b) => of.region[b] === r)
    .sort((p, q) => of.perToken[p]! - of.perToken[q]!)
  let left = load
  let cost = 0
  for (const b of bins) {
    const taken = Math.min(left, counts[b]! * of.capacity[b]!)
    left -= taken
    cost += taken * of.perToken[b]!
  }
  return left > 1e-9 ? Number.POSITIVE_INFINITY : cost
}

function linearOf(of: Cover): number {
  const token = [0, 1].map((r) =>
    Math.min(
      ...[...of.region.keys()]
        .filter((b) => of.region[b] === r)
        .map((b) => of.fixed[b]! / of.capacity[b]! + of.perToken[b]!),
    ),
  )
  const [a, b, free] = [of.loads[0]!, of.loads[1]!, of.loads[2]!]
  return a * token[0]! + b * token[1]! + free * Math.min(...token)
}
