import type { Block, PointSeries, WorkSeries } from './block.ts'
import type { Instance } from './instance.ts'
import type { PricedFractions } from './prices.ts'
import type { PlanningModel, PlanningProblem } from './problem.ts'

/** Windows of one block: few enough for a job of seconds, enough to see starts pay. */
const BLOCK_WINDOWS = 48

/** One block per region and group of windows, with what the prices route to it. */
export function cutBlocks(
  instance: Instance,
  priced: PricedFractions,
  bound: Block['bound'],
): Block[] {
  const blocks: Block[] = []
  for (let r = 0; r < instance.regionCount; r++) {
    for (let from = 0; from < instance.windowCount; from += BLOCK_WINDOWS) {
      const end = Math.min(instance.windowCount, from + BLOCK_WINDOWS)
      blocks.push(cutBlock(instance, priced, bound, r, from, end))
    }
  }
  return blocks
}

function cutBlock(
  instance: Instance,
  priced: PricedFractions,
  bound: Block['bound'],
  r: number,
  from: number,
  end: number,
): Block {
  const { problem, regionCount: R, pools } = instance
  const across = <X>(of: (t: number) => X): X[] =>
    Array.from({ length: end - from }, (_, i) => of(from + i))
  const region = problem.regions[r]!
  const fractions: PointSeries[] = []
  for (const [m, model] of instance.models.entries()) {
    for (let b = 0; b < model.binCount; b++) {
      if (model.region[b] !== r) continue
      const values = across((t) => priced.fractions[m]![t * model.binCount + b]!)
      if (values.some((value) => value > 1e-9)) {
        fractions.push({ region: region.id, model: model.id, pointId: model.point[b]!.id, values })
      }
    }
  }
  // Work is timed for all regions together: the first region's blocks carry it to the merge.
  const timed = r === 0 ? problem.batch : []
  const batch = timed.flatMap((work, j): WorkSeries[] => {
    const values = across((t) => priced.batch[j]![t]!)
    return values.some((value) => value > 0) ? [{ work: work.id, values }] : []
  })
  return {
    id: `${region.id}:${from}-${end - 1}`,
    kind: 'region',
    firstWindow: from,
    endWindow: end,
    problem: shareOf(instance, priced, r, from, end),
    fractions,
    batch,
    gpuPrices: pools.flatMap((pool, p) =>
      pool.region === r ? [across((t) => priced.gpuPrices[t * pools.length + p]!)] : [],
    ),
    tokenPrices: instance.models.map((_, m) => across((t) => priced.tokenPrices[m]![t * R + r]!)),
    bound,
  }
}

/** The region's own problem: interactive and batch traffic as the prices route it. */
function shareOf(
  instance: Instance,
  priced: PricedFractions,
  r: number,
  from: number,
  end: number,
): PlanningProblem {
  const { problem } = instance
  const region = problem.regions[r]!
  const cut = <X>(values: readonly X[]) => values.slice(from, end)
  return {
    ...problem,
    windows: cut(problem.windows),
    regions: [
      {
        ...region,
        carbonGPerKwh: cut(region.carbonGPerKwh),
        carbonLowGPerKwh: cut(region.carbonLowGPerKwh),
        carbonHighGPerKwh: cut(region.carbonHighGPerKwh),
        carbonQuality: cut(region.carbonQuality),
      },
    ],
    models: problem.models.map((model, m): PlanningModel => {
      const { binCount, region: regionOf } = instance.models[m]!
      const tokensPerSecond = Array.from({ length: end - from }, (_, i) => {
        let rate = 0
        for (let b = 0; b < binCount; b++) {
          if (regionOf[b] === r) rate += priced.loads[m]![(from + i) * binCount + b]!
        }
        return rate
      })
      const demand = [{ origin: region.id, tokensPerSecond, regions: [region.id] }]
      return { ...model, demand, minReplicas: 0, spareReplicas: 0 }
    }),
    running: from === 0 ? problem.running.filter((replicas) => replicas.region === region.id) : [],
    batch: [],
    policy: {
      ...problem.policy,
      freeFirstStarts: from > 0 || problem.policy.freeFirstStarts === true,
      quietWindows: (problem.policy.quietWindows ?? []).map((t) => t - from).filter((t) => t >= 0),
    },
  }
}
