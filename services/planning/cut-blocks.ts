import type { Block, WorkSeries } from './block.ts'
import type { Coupling } from './coupling-prices.ts'
import type { Instance } from './instance.ts'
import { seriesOf } from './point-series.ts'
import type { PricedFractions } from './prices.ts'
import type { PlanningProblem } from './problem.ts'

/** Windows of one block, at least: a block does not see what runs when it begins, so starts are dearer there. */
const LEAST_WINDOWS = 12
/** Of a longer horizon there are so many blocks: enough for as many cores. */
const BLOCKS = 8

export const blockWindows = (windowCount: number): number =>
  Math.max(LEAST_WINDOWS, Math.ceil(windowCount / BLOCKS))

/**
 * One block per group of windows, with its fractions and prices. All regions stay together: they
 * share traffic, and only with it does it show who needs the last clean GPUs most.
 *
 * @param relaxed lower bound that the linear relaxation proves; 0 for none
 */
export function cutBlocks(
  instance: Instance,
  priced: PricedFractions,
  coupling: Coupling,
  relaxed: number,
): Block[] {
  const length = blockWindows(instance.windowCount)
  return Array.from({ length: Math.ceil(instance.windowCount / length) }, (_, i) => {
    const from = i * length
    const end = Math.min(instance.windowCount, from + length)
    return { ...cutBlock(instance, priced, coupling, [from, end]), relaxed, base: coupling.base }
  })
}

/** Windows [from, end). */
export type Span = readonly [from: number, end: number]

/** One block, as `cutBlocks` makes them. */
export function cutBlock(
  instance: Instance,
  priced: PricedFractions,
  { startPrices, workPrices }: Coupling,
  [from, end]: Span,
): Omit<Block, 'relaxed' | 'base'> {
  const { problem, pools } = instance
  const across = <X>(of: (t: number) => X): X[] =>
    Array.from({ length: end - from }, (_, i) => of(from + i))
  const perPool = (prices: Float64Array) =>
    pools.map((_, p) => across((t) => prices[t * pools.length + p]!))
  const part = inputsOf(problem, [from, end])
  return {
    id: `${from}-${end - 1}`,
    kind: 'windows',
    firstWindow: from,
    endWindow: end,
    problem: part,
    fractions: seriesOf(instance, priced.fractions, from, end),
    batch: problem.batch.flatMap((work, j): WorkSeries[] => {
      const values = across((t) => priced.batch[j]![t]!)
      return values.some((value) => value > 0) ? [{ work: work.id, values }] : []
    }),
    gpuPrices: perPool(priced.gpuPrices),
    freeGpuPrices: perPool(priced.freeGpuPrices),
    workPrices: part.batch.map(
      ({ id }) => workPrices[problem.batch.findIndex((work) => work.id === id)]!,
    ),
    ...(priced.isCutShort === true && { isCutShort: true }),
    startPrices: seriesOf(instance, startPrices, from, end + 1),
  }
}

/** The windows as a problem of their own: all that their block depends on but for its prices. */
export function inputsOf(problem: PlanningProblem, [from, end]: Span): PlanningProblem {
  const works = problem.batch.filter((work) => work.firstWindow < end && work.deadlineWindow > from)
  const cut = <X>(values: readonly X[]) => values.slice(from, end)
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
    models: problem.models.map((model) => ({
      ...model,
      demand: model.demand.map(({ lowTokensPerSecond: _low, expectedTokensPerSecond, ...d }) => ({
        ...d,
        tokensPerSecond: cut(d.tokensPerSecond),
        ...(expectedTokensPerSecond && { expectedTokensPerSecond: cut(expectedTokensPerSecond) }),
      })),
    })),
    running: from === 0 ? problem.running : [],
    batch: works.map((work) => ({
      ...work,
      firstWindow: Math.max(0, work.firstWindow - from),
      deadlineWindow: Math.min(end, work.deadlineWindow) - from,
    })),
    policy: {
      ...problem.policy,
      freeFirstStarts: from > 0 || problem.policy.freeFirstStarts === true,
      quietWindows: (problem.policy.quietWindows ?? []).map((t) => t - from).filter((t) => t >= 0),
    },
  }
}
