import { beforeAll, describe, expect, it } from 'vitest'
import { mostChangedGpus } from '../../services/planning/changed-gpus.ts'
import { coordinate, wholeBlock } from '../../services/planning/coordinate.ts'
import { addReplicas, emptyDraft } from '../../services/planning/draft.ts'
import { hullBins } from '../../services/planning/hull-bins.ts'
import { type LinearSolver, loadHighs, type PlanningPolicy } from '../../services/planning/index.ts'
import { insertReplicas } from '../../services/planning/insert-replicas.ts'
import { compileInstance } from '../../services/planning/instance.ts'
import { mergeBlocks } from '../../services/planning/merge-blocks.ts'
import { routeLoads } from '../../services/planning/route-loads.ts'
import { missingCapacity, newSearch } from '../../services/planning/search.ts'
import { baselineAssignments, staticBaseline } from '../../services/planning/static-baseline.ts'
import { windowsInWords } from '../../services/planning/window-words.ts'
import { model, point, problem, region } from './problems.ts'

let solver: LinearSolver
beforeAll(async () => {
  solver = await loadHighs()
})

const chat = model('chat', {
  demand: [{ origin: 'eu', tokensPerSecond: [50, 50, 50, 50], regions: ['eu'] }],
})
const base = problem({
  count: 4,
  regions: [region('eu', [100, 100, 100, 100])],
  models: [chat],
})

describe('hullBins', () => {
  it('keeps the points that some mix of prices could want', () => {
    const of = (id: string, gpus: number, watts: number) =>
      point(id, {
        gpusPerReplica: gpus,
        capacityTokensPerSecond: 100,
        idleWatts: watts - 20 * gpus,
        busyWatts: watts - 20 * gpus,
      })
    // GPUs and W for 100 tokens/s: above the line from `few` to `frugal`, below it, and beaten twice.
    const points = [
      of('few', 1, 900),
      of('above', 2, 800),
      of('below', 3, 300),
      of('frugal', 4, 200),
    ]
    const slow = point('slow', {
      capacityTokensPerSecond: 300,
      gpusPerReplica: 12,
      idleWatts: 9000,
    })
    const wide = [region('eu', [1], { pools: [{ ...base.regions[0]!.pools[0]!, count: 16 }] })]
    const instance = compileInstance(
      problem({ regions: wide, models: [model('chat', { points: [...points, slow] })] }),
    )
    const ids = [...hullBins(instance, 0)].map((b) => instance.models[0]!.point[b]!.id)
    expect(ids).toEqual(['few', 'below', 'frugal'])
  })
})

describe('mostChangedGpus', () => {
  const running = [{ region: 'eu', model: 'chat', pointId: 'p', replicas: 3 }]

  it('does not count a beginning, and counts what runs before', () => {
    for (const [found, changed] of [
      [[], 1],
      [running, 2],
    ] as const) {
      const draft = emptyDraft(compileInstance({ ...base, running: found }))
      for (let t = 0; t < 3; t++) addReplicas(draft, 0, t, 0, 1)
      expect(mostChangedGpus(draft)).toBe(changed)
    }
  })

  it('counts replicas that are pinned away, have become too slow or lost their GPUs', () => {
    const wide = point('wide', { gpusPerReplica: 2, capacityTokensPerSecond: 300 })
    const slow = point('slow', { gpusPerReplica: 4 })
    const models = [{ ...chat, points: [point('p'), wide], tooSlow: [slow] }]
    const policy: PlanningPolicy = {
      ...base.policy,
      pinned: [{ model: 'chat', pointId: 'wide' }],
    }
    const all = [
      ...running,
      { ...running[0]!, pointId: 'slow', replicas: 1 },
      { ...running[0]!, region: 'gone' },
      { ...running[0]!, pointId: 'unheard-of' },
      { ...running[0]!, model: 'unheard-of' },
    ]
    const draft = emptyDraft(compileInstance({ ...base, models, policy, running: all }))
    expect(mostChangedGpus(draft)).toBe(3 + 4 + 3)
  })
})

describe('coordinate', () => {
  it('gives no blocks where nothing can run', () => {
    expect(coordinate({ ...base, regions: [] }, solver)).toEqual([])
  })

  it('gives no blocks where what has to stop may not', () => {
    const running = [{ region: 'eu', model: 'chat', pointId: 'gone', replicas: 1 }]
    const models = [{ ...chat, tooSlow: [point('gone')] }]
    const policy = { ...base.policy, quietWindows: [0] }
    expect(coordinate({ ...base, models, running, policy }, solver)).toEqual([])
    expect(coordinate({ ...base, models, running }, solver)).toHaveLength(1)
  })

  it('cuts blocks of twelve windows, of a long horizon eight blocks', () => {
    const lengthsOf = (count: number) => {
      const rates = Array.from({ length: count }, () => 50)
      const demand = [{ origin: 'eu', tokensPerSecond: rates, regions: ['eu'] }]
      const of = problem({
        count,
        regions: [region('eu', rates)],
        models: [model('chat', { demand })],
      })
      return coordinate(of, solver).map(({ firstWindow, endWindow }) => endWindow - firstWindow)
    }
    expect(lengthsOf(160)).toEqual(Array.from({ length: 8 }, () => 20))
    expect(coordinate(base, solver, { wholeLimit: 0 })).toHaveLength(1)
  })

  it('looks beyond the hull where a floor needs replicas of fewer GPUs', () => {
    const count = 801
    const rates = Array.from({ length: count }, () => 50)
    const large = point('large', { gpusPerReplica: 2, capacityTokensPerSecond: 300 })
    const of = (minReplicas: number) =>
      problem({
        count,
        regions: [region('eu', rates)],
        models: [
          model('chat', {
            points: [point('small'), large],
            minReplicas,
            demand: [{ origin: 'eu', tokensPerSecond: rates, regions: ['eu'] }],
          }),
        ],
      })
    const [hull] = coordinate(of(1), solver)
    expect(hull!.relaxed).toBe(0)
    expect(hull!.fractions.map(({ pointId }) => pointId)).toEqual(['large'])
    const [all] = coordinate(of(4), solver)
    expect(all!.relaxed).toBeGreaterThan(0)
    expect(all!.fractions.map(({ pointId }) => pointId)).toEqual(['small'])
  })

  it('gives no blocks where even fractions do not fit', () => {
    const rates = Array.from({ length: 160 }, () => 401)
    const large = problem({
      count: 160,
      regions: [region('eu', rates)],
      models: [
        model('chat', { demand: [{ origin: 'eu', tokensPerSecond: rates, regions: ['eu'] }] }),
      ],
    })
    expect(coordinate(large, solver)).toEqual([])
  })
})

describe('mergeBlocks', () => {
  it('does not call a plan what serves nothing', () => {
    const block = wholeBlock(base)
    const empty = { blockId: block.id, replicas: [], batch: [] }
    expect(mergeBlocks(base, [block], [empty], solver)).toMatchObject({ status: 'infeasible' })
  })
})

describe('compileInstance', () => {
  it('pins a variant in one region and leaves the others free', () => {
    const wide = point('wide', { gpusPerReplica: 2, capacityTokensPerSecond: 300 })
    const pinned = [{ model: 'chat', region: 'eu', pointId: 'wide' }]
    const instance = compileInstance({
      ...base,
      regions: [
        ...base.regions,
        region('us', [1, 1, 1, 1]),
        region('old', [1, 1, 1, 1], {
          ownership: 'reserved',
          pools: [{ ...base.regions[0]!.pools[0]!, gpu: 'A100' }],
        }),
      ],
      models: [{ ...chat, points: [point('p'), wide] }],
      policy: { ...base.policy, pinned },
    })
    const { point: points, region: regions } = instance.models[0]!
    const bins = points.map(({ id }, b) => `${id} ${regions[b]}`)
    expect(bins.sort()).toEqual(['p 1', 'wide 0', 'wide 1'])
  })
})

describe('staticBaseline', () => {
  it('leaves out a model whose home has none of its GPUs', () => {
    const cold = { ...base, regions: [{ ...base.regions[0]!, pools: [] }] }
    expect(staticBaseline(cold)).toMatchObject({ carbonG: 0 })
  })

  it('takes the widest tensor parallelism that stays in a node', () => {
    const of = (gpusPerReplica: number) => point(`tp${gpusPerReplica}`, { gpusPerReplica })
    const points = [of(4), of(16), of(8), of(2)]
    const placed = baselineAssignments({ ...base, models: [{ ...chat, points }] })
    expect(placed.map(({ pointId }) => pointId)).toEqual(['tp8', 'tp8', 'tp8', 'tp8'])
  })
})

describe('routeLoads', () => {
  it('moves traffic that has a choice out of the way of traffic that has none', () => {
    const two = problem({
      regions: [region('a', [10]), region('b', [90]), region('c', [200])],
      models: [
        model('chat', {
          demand: [
            { origin: 'x', tokensPerSecond: [100], regions: ['a', 'b'] },
            { origin: 'y', tokensPerSecond: [100], regions: ['b', 'c'] },
            { origin: 'z', tokensPerSecond: [100], regions: ['a', 'c'] },
          ],
        }),
      ],
    })
    const draft = emptyDraft(compileInstance(two))
    for (let b = 0; b < 3; b++) addReplicas(draft, 0, 0, b, 1)
    const { loads, unserved } = routeLoads(draft, 0, 0)
    expect([...loads]).toEqual([100, 100, 100])
    expect(unserved).toBe(0)
  })

  it('says what does not fit', () => {
    expect(routeLoads(emptyDraft(compileInstance(base)), 0, 0).unserved).toBe(50)
  })
})

describe('insertReplicas', () => {
  it('gives up where a window has room but one tied to it has none', () => {
    const models = [chat, { ...chat, id: 'other' }]
    const policy = { ...base.policy, quietWindows: [1] }
    const draft = emptyDraft(compileInstance({ ...base, models, policy }))
    addReplicas(draft, 1, 1, 0, 4)
    const search = newSearch(draft, new Float64Array(4), 1)
    insertReplicas(search, 0, 0, 0, { priceWeight: 1, noise: 0 }, () => undefined)
    expect([...draft.replicas[0]!]).toEqual([0, 0, 0, 0])
  })
})

describe('missingCapacity', () => {
  it('counts the floor in replicas, and the spare on top of the load', () => {
    const of = (more: Partial<typeof chat>, replicas: number) => {
      const draft = emptyDraft(compileInstance({ ...base, models: [{ ...chat, ...more }] }))
      addReplicas(draft, 0, 0, 0, replicas)
      return missingCapacity(newSearch(draft, new Float64Array(4), 1).draft, 0, 0)
    }
    expect(of({}, 0)).toBe(0)
    expect(of({ minReplicas: 2 }, 0)).toBe(200)
    expect(of({ minReplicas: 2 }, 1)).toBe(100)
    expect(of({ minReplicas: 2 }, 2)).toBe(0)
    expect(of({ spareReplicas: 1 }, 1)).toBe(50)
    expect(of({ spareReplicas: 1 }, 2)).toBe(0)
  })
})

describe('missingCapacity of a model without variants', () => {
  it('is still more than nothing', () => {
    const floored = { ...chat, points: [], minReplicas: 2 }
    const draft = emptyDraft(compileInstance({ ...base, models: [floored] }))
    expect(missingCapacity(draft, 0, 0)).toBeGreaterThan(0)
  })
})

describe('windowsInWords', () => {
  it('joins neighbours', () => {
    expect(windowsInWords([3, 7, 8, 9, 12])).toBe('windows 3, 7..9 and 12')
    expect(windowsInWords([4])).toBe('window 4')
  })
})
