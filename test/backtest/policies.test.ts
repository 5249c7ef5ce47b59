import { beforeAll, describe, expect, test } from 'vitest'
import { POLICIES } from '../../services/backtest/index.ts'
import { casper } from '../../services/backtest/policies/casper.ts'
import { melange, sageServe } from '../../services/backtest/policies/cost.ts'
import { dynamo } from '../../services/backtest/policies/dynamo.ts'
import { energyOnly } from '../../services/backtest/policies/energy-only.ts'
import { freesh } from '../../services/backtest/policies/freesh.ts'
import { atHome, fixedRanking, gridtide } from '../../services/backtest/policies/gridtide.ts'
import { concurrency, hpaConcurrency, hpaTokens } from '../../services/backtest/policies/hpa.ts'
import { kedaBands } from '../../services/backtest/policies/keda-bands.ts'
import { peakProvisioned, staticRule } from '../../services/backtest/policies/static.ts'
import { wva } from '../../services/backtest/policies/wva.ts'
import type { Policy, View } from '../../services/backtest/policy.ts'
import { seenTraffic } from '../../services/backtest/seen-traffic.ts'
import { demandToServe, expectedDemand } from '../../services/forecast/index.ts'
import { type LinearSolver, loadHighs } from '../../services/planning/index.ts'
import { arenaOf, binOf, countOf, KNOBS, pointOf, viewOf } from './playground.ts'

let solver: LinearSolver
beforeAll(async () => {
  solver = await loadHighs()
})

const arena = arenaOf()
/** Decisions of a policy, each view following the decision before. */
function follow(
  policy: Policy,
  views: readonly Partial<View>[],
  knobs = policy.published,
  on = arena,
) {
  const controller = policy.open(on, knobs, solver)
  let running = viewOf(on, [0, 0]).running
  const decisions = views.map((over) => {
    const decision = controller.decide(viewOf(on, [1000, 200], { running, ...over }))
    running = decision.replicas
    return decision
  })
  controller.close()
  return decisions
}
const traffic = (dirty: number, clean: number): Partial<View> => ({
  observed: (_, origin) => [dirty, clean][origin]!,
})

describe('what to be ready for', () => {
  test('persistence, moved by last week’s trend and never beyond belief', () => {
    const week = 604_800 / 900
    const view = (growth: number) =>
      viewOf(arena, [], {
        periodWindows: 2,
        observed: (_, __, ago) => (ago > week - 3 && ago < week - 0.5 ? 100 * growth : 100),
      })
    expect(expectedDemand(seenTraffic(view(1), 900, 0, 0))).toBeCloseTo(100, 9)
    expect(expectedDemand(seenTraffic(view(1.3), 900, 0, 0))).toBeCloseTo(120, 9)
    expect(expectedDemand(seenTraffic(view(9), 900, 0, 0))).toBeCloseTo(160, 9)
    expect(expectedDemand(seenTraffic(view(0), 900, 0, 0))).toBeGreaterThanOrEqual(66)
  })

  test('without traffic a week ago there is no trend', () => {
    const view = viewOf(arena, [], { observed: (_, __, ago) => (ago > 4 ? 0 : 50) })
    expect(expectedDemand(seenTraffic(view, 900, 0, 0))).toBeCloseTo(50 + 50 / 8, 9)
    const silent = viewOf(arena, [], { observed: () => 0 })
    expect(expectedDemand(seenTraffic(silent, 900, 0, 0))).toBe(0)
  })

  test('a rise goes on once more, within what is believed of any trend, and leaves unrest behind', () => {
    const rising = (ratio: number, weekAgo = 100) =>
      viewOf(arena, [], {
        observed: (_, __, ago) => (ago === 1 ? 100 * ratio : ago < 9 ? 100 : weekAgo),
      })
    expect(expectedDemand(seenTraffic(rising(1.08), 900, 0, 0))).toBeCloseTo(108 + 8 + 8 / 8, 9)
    expect(expectedDemand(seenTraffic(rising(1.32), 900, 0, 0))).toBeCloseTo(132 + 32 + 32 / 8, 9)
    expect(expectedDemand(seenTraffic(rising(3), 900, 0, 0))).toBeCloseTo(300 * 1.6 + 200 / 8, 9)
    expect(expectedDemand(seenTraffic(rising(1.32, 0), 900, 0, 0))).toBeCloseTo(
      132 + 32 + 132 / 8,
      9,
    )
    const first = viewOf(arena, [], { observed: (_, __, ago) => (ago === 1 ? 10 : 0) })
    expect(expectedDemand(seenTraffic(first, 900, 0, 0))).toBeCloseTo(10 * 1.6 + 10 / 8, 9)
    const calm = viewOf(arena, [], { observed: (_, __, ago) => (ago > 9 ? 900 : 100) })
    expect(expectedDemand(seenTraffic(calm, 900, 0, 0))).toBeCloseTo(100, 9)
  })

  test('head-room ends a fifth above the peak of the week before, and never below what is expected', () => {
    const now = (rate: number) =>
      viewOf(arena, [], { observed: (_, __, ago) => (ago < 3 ? rate : ago === 300 ? 200 : 100) })
    expect(demandToServe(seenTraffic(now(100), 900, 0, 0), 1.5)).toBeCloseTo(150, 9)
    expect(demandToServe(seenTraffic(now(190), 900, 0, 0), 2.3)).toBeCloseTo(240, 9)
    const soaring = viewOf(arena, [], { observed: (_, __, ago) => (ago === 1 ? 500 : 100) })
    expect(demandToServe(seenTraffic(soaring, 900, 0, 0), 1)).toBeCloseTo(800 + 400 / 8, 9)
  })
})

describe('static', () => {
  test('1.2 times last week’s peak, tensor parallel over the node, and never changes', () => {
    const [first, second] = follow(staticRule, [traffic(1000, 200), traffic(3000, 900)])
    expect(countOf(arena, first!, 'dirty', 'H100-tp8')).toBe(2)
    expect(countOf(arena, first!, 'clean', 'H100-tp8')).toBe(1)
    expect(second).toBe(first)
  })

  test('the best layout for the same peak', () => {
    const [decision] = follow(peakProvisioned, [traffic(1000, 200)])
    expect(countOf(arena, decision!, 'dirty', 'H100-tp1')).toBe(12)
  })
})

describe('Horizontal Pod Autoscaler', () => {
  const knobs = { ...hpaTokens.published, layout: 'right-sized' as const }
  const dirty = (rates: readonly number[], policy = hpaTokens, setting = knobs) =>
    follow(
      policy,
      rates.map((rate) => traffic(rate, 100)),
      setting,
    ).map((decision) => countOf(arena, decision, 'dirty', 'H100-tp1'))

  test('ceil(replicas * use / target); within a tenth nothing happens', () => {
    expect(dirty([700])).toEqual([10])
    expect(dirty([700, 760])).toEqual([10, 10])
    expect(dirty([700, 1050])).toEqual([10, 15])
  })

  test('goes up by no more than double, and down by the highest wish of five minutes', () => {
    expect(dirty([700, 7000])).toEqual([10, 20])
    expect(dirty([700, 350, 350])).toEqual([10, 10, 5])
  })

  test('running requests grow faster than tokens/s when a replica fills', () => {
    const bin = arena.models[0]!.bins[binOf(arena, 'dirty', 'H100-tp1')]!
    const target = { bin, replicas: 1, model: 0, region: 0, toServe: () => 0, weekPeak: () => 0 }
    expect(concurrency({ ...target, observed: 100 })).toBeCloseTo(1, 9)
    expect(concurrency({ ...target, observed: 50 })).toBeCloseTo(1 / 3, 9)
    expect(dirty([700, 700], hpaConcurrency)[1]).toBeLessThanOrEqual(10)
  })
})

describe('carbon bands', () => {
  const knobs = { ...kedaBands.published, layout: 'right-sized' as const }
  const under = (gPerKwh: number) => {
    const [decision] = follow(
      kedaBands,
      [{ ...traffic(1000, 200), expected: () => gPerKwh }],
      knobs,
    )
    return countOf(arena, decision!, 'dirty', 'H100-tp1')
  }

  test('cap replicas when it is dirty, whatever the load: they can starve it', () => {
    expect(under(300)).toBe(12)
    expect(under(700)).toBe(9)
    expect(under(1000)).toBe(6)
  })

  test('0 g/kWh is clean, not dirty', () => {
    expect(under(0)).toBe(12)
  })

  test('an unknown intensity is taken as dirty', () => {
    expect(under(Number.NaN)).toBe(6)
  })
})

describe('llm-d variant autoscaler', () => {
  test('adds the cheapest variant and removes the dearest, but for the last of the cheapest', () => {
    const running = [new Int32Array(arena.models[0]!.bins.length)]
    running[0]![binOf(arena, 'dirty', 'H100-tp8')] = 1
    running[0]![binOf(arena, 'dirty', 'H100-tp4')] = 1
    const knobs = { ...KNOBS, headroom: 1 }
    const [more] = follow(wva, [{ ...traffic(1160, 0), running }], knobs)
    expect(countOf(arena, more!, 'dirty', 'H100-tp1')).toBe(2)
    const [less] = follow(wva, [{ ...traffic(330, 0), running }], knobs)
    expect(countOf(arena, less!, 'dirty', 'H100-tp8')).toBe(0)
    expect(countOf(arena, less!, 'dirty', 'H100-tp4')).toBe(1)
    running[0]!.fill(0)
    running[0]![binOf(arena, 'dirty', 'H100-tp1')] = 3
    const [last] = follow(wva, [{ ...traffic(0, 0), running }], knobs)
    expect(countOf(arena, last!, 'dirty', 'H100-tp1')).toBe(1)
  })

  test('without prices a GPU counts as one, and a region without variants is left alone', () => {
    const free = arenaOf()
    const unpriced = {
      ...free,
      pools: free.pools.map((pool) => ({ ...pool, priceUsdPerHour: 0 })),
    }
    const [decision] = follow(wva, [traffic(500, 0)], KNOBS, unpriced)
    expect(countOf(free, decision!, 'dirty', 'H100-tp1')).toBe(6)
    const small = arenaOf({ points: [pointOf(8, 600)], cleanGpus: 4 })
    const [only] = follow(wva, [traffic(500, 100)], KNOBS, small)
    expect([...only!.replicas[0]!]).toEqual([1])
    const [scaled] = follow(dynamo, [traffic(500, 100)], KNOBS, small)
    expect([...scaled!.replicas[0]!]).toEqual([1])
  })
})

test('Dynamo: predicted load over what an engine does', () => {
  const [decision] = follow(dynamo, [traffic(1000, 200)])
  expect(countOf(arena, decision!, 'dirty', 'H100-tp8')).toBe(2)
})

describe('rules that are optimised', () => {
  const served = (policy: Policy, view: Partial<View> = traffic(1000, 200), on = arena) => {
    const [decision] = follow(policy, [view], { ...KNOBS, layout: policy.layouts[0]! }, on)
    const bins = on.models[0]!.bins
    const capacity = (region: number) =>
      bins.reduce(
        (sum, bin, b) =>
          sum + (bin.region === region ? bin.capacity * decision!.replicas[0]![b]! : 0),
        0,
      )
    return { dirty: capacity(0), clean: capacity(1), decision: decision! }
  }

  test('the geo rules fill the clean region first', () => {
    for (const policy of [gridtide, fixedRanking, freesh, casper]) {
      const { dirty, clean, decision } = served(policy)
      expect(dirty + clean, policy.id).toBeGreaterThanOrEqual(1440)
      expect(clean, policy.id).toBeGreaterThanOrEqual(policy === casper ? 1200 : 1440)
      expect(decision.order?.[0]?.[0], policy.id).toBeGreaterThanOrEqual(3)
    }
  })

  test('the others serve every origin at home', () => {
    for (const policy of [energyOnly, atHome, melange, sageServe]) {
      const { dirty, clean, decision } = served(policy)
      expect(dirty, policy.id).toBeGreaterThanOrEqual(1200)
      expect(clean, policy.id).toBeLessThan(400)
      expect(decision.order).toBeUndefined()
    }
  })

  test('the live signal turns with the grid, the fixed ranking does not', () => {
    const turned = { ...traffic(100, 100), expected: (region: number) => [40, 700][region]! }
    expect(served(gridtide, turned).clean).toBe(0)
    expect(served(fixedRanking, turned).dirty).toBe(0)
  })

  test('without traffic only the floor stays', () => {
    const { dirty, clean } = served(gridtide, traffic(0, 0))
    expect(dirty + clean).toBe(100)
  })

  test('rent is what the cost rules count, one dollar where nobody says', () => {
    const points = [pointOf(1, 100, { idleWatts: 90, busyWatts: 700 }), pointOf(4, 440)]
    const on = arenaOf({ points })
    const unpriced = {
      ...on,
      problem: {
        ...on.problem,
        regions: on.problem.regions.map((region) => ({
          ...region,
          pools: region.pools.map((pool) => ({ ...pool, priceUsdPerHour: 0 })),
        })),
      },
    }
    const { decision } = served(melange, traffic(1400, 0), unpriced)
    expect(countOf(on, decision, 'dirty', 'H100-tp4')).toBeGreaterThanOrEqual(3)
  })
})

test('an origin that nobody may serve stands in nobody’s way', () => {
  const on = arenaOf()
  const model = on.models[0]!
  const stranded = {
    ...on,
    models: [
      {
        ...model,
        origins: model.origins.map((origin, o) => (o === 1 ? { ...origin, home: -1 } : origin)),
      },
    ],
  }
  const [decision] = follow(dynamo, [traffic(1000, 200)], dynamo.published, stranded)
  expect(countOf(on, decision!, 'clean', 'H100-tp8')).toBe(0)
  const [planned] = follow(energyOnly, [traffic(1000, 200)], energyOnly.published, stranded)
  expect(planned!.replicas).toHaveLength(1)
})

test('every policy says what it is, and where it is published', () => {
  expect(new Set(POLICIES.map(({ id }) => id)).size).toBe(POLICIES.length)
  for (const { title, source, layouts, published } of POLICIES) {
    expect(title.length).toBeGreaterThan(10)
    expect(source.length).toBeGreaterThan(5)
    expect(layouts).toContain(published.layout)
  }
})
