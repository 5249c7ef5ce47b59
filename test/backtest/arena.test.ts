import { describe, expect, test } from 'vitest'
import { compileArena } from '../../services/backtest/index.ts'
import { allowedBins, singleBins } from '../../services/backtest/layout.ts'
import { arenaOf, pointOf } from './playground.ts'

const { problem } = arenaOf()

describe('the arena', () => {
  test('a reserved replica never draws less than its GPUs would parked', () => {
    const reserved = arenaOf({ ownership: 'reserved', points: [pointOf(1, 100, { idleWatts: 1 })] })
    expect(reserved.models[0]!.bins[0]!.fixedWatts).toBe(60)
    expect(arenaOf().models[0]!.bins[0]!.fixedWatts).toBe(150)
  })

  test('an origin named like no region is at home in the nearest; one that may go nowhere in none', () => {
    const [model] = problem.models
    const elsewhere = compileArena(
      {
        ...problem,
        regions: problem.regions.map((region) => ({
          ...region,
          pools: region.pools.map(({ embodiedGPerHour: _, ...pool }) => pool),
        })),
        models: [
          {
            ...model!,
            demand: [
              { origin: 'sea', tokensPerSecond: [0], regions: ['dirty', 'clean'] },
              { origin: 'moon', tokensPerSecond: [0], regions: [] },
            ],
          },
        ],
      },
      {
        windowSeconds: 300,
        releaseSeconds: [0, 0],
        latencyMs: (region) => (region === 'dirty' ? 40 : undefined),
      },
    )
    const [sea, moon] = elsewhere.models[0]!.origins
    expect(sea).toMatchObject({ home: 1 })
    expect([...sea!.latencyMs]).toEqual([40, 0])
    expect(moon).toMatchObject({ home: -1 })
    expect(elsewhere.pools[0]!.embodiedGPerHour).toBe(0)
  })
})

describe('layouts', () => {
  test('the rule of thumb takes a whole node, no more, and no cap', () => {
    const wide = pointOf(16, 900)
    const capped = pointOf(8, 590)
    const points = [
      wide,
      { ...capped, id: 'capped', variant: { ...capped.variant, powerCapWatts: 300 } },
      pointOf(8, 600),
      pointOf(1, 100),
    ]
    const on = arenaOf({ points })
    const [chosen] = singleBins(on, 'node')
    expect(on.models[0]!.bins[chosen![0]!]!.point.id).toBe('H100-tp8')
    const [free] = allowedBins(on, 'free')
    expect([...free!].every((use) => use === 1)).toBe(true)
  })

  test('a region that cannot hold the model has no bin', () => {
    const on = arenaOf({ points: [pointOf(8, 600)], cleanGpus: 4 })
    expect([...singleBins(on, 'node')[0]!]).toEqual([0, -1])
    expect([...allowedBins(on, 'right-sized')[0]!]).toEqual([1])
  })
})
