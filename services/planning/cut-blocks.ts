import type { Block, PointSeries, WorkSeries } from './block.ts'
import type { Instance } from './instance.ts'
import type { PricedFractions } from './prices.ts'
import type { PlanningModel, PlanningProblem } from './problem.ts'

/** Windows of one block: few enough for a job of seconds, enough to see starts pay. */
const BLOCK_WINDOWS = 12

/**
 * One block per group of windows, with its fractions and prices. All regions stay together: they
 * share traffic, and only with it does it show who needs the last clean GPUs most.
 */
export function cutBlocks(
  instance: Instance,
  priced: PricedFractions,
  bound: Block['bound'],
): Block[] {
  const count = Math.ceil(instance.windowCount / BLOCK_WINDOWS)
  return Array.from({ length: count }, (_, i) => {
    const from = i * BLOCK_WINDOWS
    return cutBlock(instance, priced, bound, [
      from,
      Math.min(instance.windowCount, from + BLOCK_WINDOWS),
    ])
  })
}

/** Windows [from, end). */
type Span = readonly [from: number, end: number]

function cutBlock(
  instance: Instance,
  priced: PricedFractions,
  bound: Block['bound'],
  span: Span,
): Block {
  const [from, end] = span
  const { problem, pools } = instance
  const across = <X>(of: (t: number) => X): X[] =>
    Array.from({ length: end - from }, (_, i) => of(from + i))
  const fractions: PointSeries[] = []
  for (const [m, model] of instance.models.entries()) {
    for (let b = 0; b < model.binCount; b++) {
      const values = across((t) => priced.fractions[m]![t * model.binCount + b]!)
      if (values.every((value) => value <= 1e-9)) continue
      const region = problem.regions[model.region[b]!]!.id
      fractions.push({ region, model: model.id, pointId: model.point[b]!.id, values })
    }
  }
  const batch = problem.batch.flatMap((work, j): WorkSeries[] => {
    const values = across((t) => priced.batch[j]![t]!)
    return values.some((value) => value > 0) ? [{ work: work.id, values }] : []
  })
  return {
    id: `${from}-${end - 1}`,
    kind: 'windows',
    firstWindow: from,
    endWindow: end,
    problem: partOf(problem, batch, span),
    fractions,
    batch,
    gpuPrices: pools.map((_, p) => across((t) => priced.gpuPrices[t * pools.length + p]!)),
    bound,
  }
}

/** The windows as a problem of their own: deferrable work is traffic like any other, as timed. */
function partOf(
  problem: PlanningProblem,
  batch: readonly WorkSeries[],
  [from, end]: Span,
): PlanningProblem {
  const cut = <X>(values: readonly X[]) => values.slice(from, end)
  const timed = new Map(batch.map(({ work, values }) => [work, values]))
  return {
    ...problem,
    windows: cut(problem.windows),
    regions: problem.regions.map((region) => ({
      ...region,
      carbonGPerKwh: cut(region.carbonGPerKwh),
      carbonLowGPerKwh: cut(region.carbonLowGPerKwh),
      carbonHighGPerKwh: cut(region.carbonHighGPerKwh),
      carbonQuality: cut(region.carbonQuality),
    })),
    models: problem.models.map((model): PlanningModel => {
      const works = problem.batch.filter(({ id, model: of }) => of === model.id && timed.has(id))
      return {
        ...model,
        demand: [
          ...model.demand.map((d) => ({ ...d, tokensPerSecond: cut(d.tokensPerSecond) })),
          ...works.map(({ id, regions }) => ({
            origin: id,
            tokensPerSecond: timed.get(id)!,
            regions,
          })),
        ],
      }
    }),
    running: from === 0 ? problem.running : [],
    batch: [],
    policy: {
      ...problem.policy,
      freeFirstStarts: from > 0 || problem.policy.freeFirstStarts === true,
      quietWindows: (problem.policy.quietWindows ?? []).map((t) => t - from).filter((t) => t >= 0),
    },
  }
}
