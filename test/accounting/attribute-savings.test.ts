import { beforeAll, describe, expect, it } from 'vitest'
import { attributeSavings } from '../../services/accounting/index.ts'
import { leverProblems } from '../../services/accounting/lever-problems.ts'
import { type LinearSolver, loadHighs } from '../../services/planning/index.ts'
import { model, point, problem, region } from '../planning/problems.ts'

let solver: LinearSolver
beforeAll(async () => {
  solver = await loadHighs()
})

/** A dirty region with the users, a clean one beside it; a node-wide variant and a small one. */
function twoRegions() {
  const wide = point('wide', {
    gpusPerReplica: 8,
    capacityTokensPerSecond: 500,
    idleWatts: 800,
    busyWatts: 4000,
  })
  const small = point('small', {
    gpusPerReplica: 2,
    capacityTokensPerSecond: 150,
    idleWatts: 200,
    busyWatts: 900,
  })
  const capped = {
    ...small,
    id: 'small-capped',
    variant: { ...small.variant, powerCapWatts: 400 },
    capacityTokensPerSecond: 140,
    busyWatts: 700,
  }
  const pools = [{ gpu: 'H100', count: 32, parkedWatts: 0, priceUsdPerHour: 2 }]
  return problem({
    count: 3,
    regions: [
      region('dirty', [600, 500, 400], { pools }),
      region('clean', [40, 40, 40], { pools }),
    ],
    models: [
      model('chat', {
        points: [wide, small, capped],
        demand: [
          { origin: 'dirty', tokensPerSecond: [400, 200, 100], regions: ['dirty', 'clean'] },
        ],
      }),
    ],
    batch: [
      {
        id: 'night',
        model: 'chat',
        tokens: 360_000,
        firstWindow: 0,
        deadlineWindow: 3,
        regions: ['dirty', 'clean'],
      },
    ],
  })
}

describe('attributeSavings', () => {
  it('shows every lever in the fixed order, each against the one before', () => {
    const savings = attributeSavings(twoRegions(), solver)
    expect(savings.map(({ lever }) => lever)).toEqual([
      'static',
      'right-size',
      'scale-to-load',
      'power-cap',
      'time-shift',
      'geo-shift',
      'control: geo-shift by past means',
      'control: energy only',
    ])
    const ordered = savings.slice(0, 6)
    for (const [i, { carbonG, savedG }] of ordered.entries()) {
      const before = ordered[Math.max(0, i - 1)]!.carbonG!
      expect(savedG).toBeCloseTo(before - carbonG!, 6)
      expect(savedG!).toBeGreaterThanOrEqual(-1e-6)
    }
    expect(ordered.at(-1)!.ofStatic!).toBeLessThan(0.2)
    expect(savings[0]).toMatchObject({ savedLowG: 0, savedHighG: 0 })
    for (const { savedLowG, savedG, savedHighG } of savings) {
      expect(savedLowG!).toBeLessThanOrEqual(savedG!)
      expect(savedHighG!).toBeGreaterThanOrEqual(savedG!)
    }
    expect(savings.some(({ savedLowG, savedHighG }) => savedLowG! < savedHighG!)).toBe(true)
  })

  it('shows that the live signal adds nothing where the order of zones never changes', () => {
    const savings = attributeSavings(twoRegions(), solver)
    const of = (lever: string) => savings.find((saving) => saving.lever === lever)!.carbonG!
    expect(of('control: geo-shift by past means')).toBeCloseTo(of('geo-shift'), 3)
    expect(of('control: energy only')).toBeGreaterThanOrEqual(of('geo-shift') - 1e-6)
  })

  it('runs deferrable work at an even rate, in its own windows, before time-shift', () => {
    const base = twoRegions()
    const late = { ...base, batch: base.batch.map((work) => ({ ...work, firstWindow: 2 })) }
    const { powerCap, timeShift } = leverProblems(late)
    expect(powerCap.batch).toEqual([])
    expect(powerCap.models[0]!.demand.at(-1)).toEqual({
      origin: 'batch night',
      regions: ['dirty'],
      tokensPerSecond: [0, 0, 100],
    })
    expect(timeShift.batch[0]!.regions).toEqual(['dirty'])
  })

  it('saves nothing on a grid without carbon', () => {
    const base = twoRegions()
    const clean = base.regions.map((of) => ({
      ...of,
      carbonGPerKwh: [0, 0, 0],
      carbonLowGPerKwh: [0, 0, 0],
      carbonHighGPerKwh: [0, 0, 0],
    }))
    const [first] = attributeSavings({ ...base, regions: clean }, solver)
    expect(first).toMatchObject({ lever: 'static', carbonG: 0, savedG: 0, ofStatic: 1 })
  })

  it('says so where the load does not fit at home', () => {
    const base = twoRegions()
    const [dirty, clean] = base.regions
    const cramped = {
      ...base,
      regions: [{ ...dirty!, pools: [{ ...dirty!.pools[0]!, count: 2 }] }, clean!],
    }
    const savings = attributeSavings(cramped, solver)
    expect(savings.find(({ lever }) => lever === 'scale-to-load')!.carbonG).toBeUndefined()
    expect(savings.find(({ lever }) => lever === 'geo-shift')!.carbonG).toBeGreaterThan(0)
  })
})
