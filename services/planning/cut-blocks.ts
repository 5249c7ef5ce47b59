import type { Block, WorkSeries } from './block.ts'
import type { Coupling } from './coupling-prices.ts'
import type { Instance } from './instance.ts'
import { seriesOf } from './point-series.ts'
import type { PricedFractions } from './prices.ts'
import type { PlanningProblem } from './problem.ts'
import type { Effort } from './window-mixes.ts'

/** Windows of one block: few enough for a job of seconds, enough to see starts pay. */
export const BLOCK_WINDOWS = 12

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
  const count = Math.ceil(instance.windowCount / BLOCK_WINDOWS)
  return Array.from({ length: count }, (_, i) => {
    const from = i * BLOCK_WINDOWS
    const end = Math.min(instance.windowCount, from + BLOCK_WINDOWS)
    return { ...cutBlock(instance, priced, coupling, [from, end]), relaxed, base: coupling.base }
  })
}

/** Models times windows up to which each is searched at length; the time of larger ones counts. */
export const THOROUGH_CELLS = 600
const THOROUGH: Effort = { priceRounds: 3, refineRounds: 2 }
const QUICK: Effort = { priceRounds: 2, refineRounds: 1 }
/** The same, beyond which there is time for one look each. */
const QUICK_CELLS = 3_000
const BRIEF: Effort = { priceRounds: 1, refineRounds: 0 }

function effortFor({ models, windowCount }: Instance): Effort {
  const cells = models.length * windowCount
  if (cells <= THOROUGH_CELLS) return THOROUGH
  return cells <= QUICK_CELLS ? QUICK : BRIEF
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
    effort: effortFor(instance),
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
      demand: model.demand.map((d) => ({ ...d, tokensPerSecond: cut(d.tokensPerSecond) })),
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
