import type { Block, BlockSolution } from './block.ts'
import { baseOf, clampedStarts } from './coupling-prices.ts'
import { blockWindows, cutBlock, inputsOf, type Span } from './cut-blocks.ts'
import { isQuietBeginning } from './draft.ts'
import { compileInstance, type Instance } from './instance.ts'
import type { LinearSolver } from './linear-solver.ts'
import type { Plan } from './plan.ts'
import { replicaSeries } from './plan-series.ts'
import { valuesOf } from './point-series.ts'
import type { PlanningProblem } from './problem.ts'
import { priceOpenWindows } from './window-prices.ts'

/** A plan and what it was made of: the next one begins from it. */
export interface LastPlan {
  readonly blocks: readonly Block[]
  readonly solutions: readonly BlockSolution[]
  readonly plan: Plan
}

export interface Continued {
  readonly blocks: readonly Block[]
  /** Solutions of the blocks that stand as they were; the others are to be solved. */
  readonly known: readonly BlockSolution[]
}

/**
 * Blocks of a problem that goes on where another was planned: those whose windows see the same grid,
 * traffic, fleet and work as before keep prices, replicas and their share of the bound; the windows
 * between are priced anew, work at the price it had. Shares at the same prices add up whatever blocks
 * they come from, so the bound is proven for the new problem.
 *
 * @returns undefined where nothing can be kept: another beginning is needed (`coordinate`)
 */
export function continueBlocks(
  problem: PlanningProblem,
  last: LastPlan,
  solver: LinearSolver,
): Continued | undefined {
  const workPrices = priceOfWorks(problem, last)
  if (!workPrices || isBound(problem)) return undefined
  const instance = compileInstance(problem)
  const kept = last.blocks.flatMap((block) => keptOf(instance, block, last))
  const taken = new Set(kept.flatMap(({ span: [from, end] }) => rangeOf(from, end)))
  const open = rangeOf(0, instance.windowCount).filter((t) => !taken.has(t))
  if (kept.length === 0) return undefined
  const startPrices = startPricesOf(instance, last)
  const rates = ratesOf(instance, last)
  const prices = { workPrices, startPrices, rates }
  const priced = priceOpenWindows(instance, solver, prices, open)
  if (!priced) return undefined
  const base = baseOf(instance, prices)
  const coupling = { ...prices, gpuPrices: priced.freeGpuPrices, base }
  const fresh = spansOf(open, blockWindows(instance.windowCount)).map((span) =>
    cutBlock(instance, priced, coupling, span),
  )
  return {
    blocks: [...kept.map(({ block }) => block), ...fresh].map((block) => ({
      ...block,
      relaxed: 0,
      base,
    })),
    known: kept.map(({ solution }) => solution),
  }
}

const rangeOf = (from: number, end: number): number[] =>
  Array.from({ length: end - from }, (_, i) => from + i)

/** What ties windows together is planned over all of them at once. */
const isBound = (problem: PlanningProblem): boolean =>
  problem.policy.carbonBudgetGPerDay !== undefined ||
  problem.policy.maxChangedGpusPerWindow !== undefined ||
  (problem.policy.minDwellWindows ?? 1) > 1 ||
  isQuietBeginning(problem)

/** Undefined where a work is new. */
function priceOfWorks(problem: PlanningProblem, { blocks }: LastPlan): Float64Array | undefined {
  if (blocks.some(({ kind }) => kind === 'whole')) return undefined
  const prices = new Map(
    blocks.flatMap(({ problem: { batch }, workPrices }) =>
      batch.map(({ id }, j) => [id, workPrices[j]!] as const),
    ),
  )
  const known = problem.batch.map(({ id }) => prices.get(id))
  return known.includes(undefined) ? undefined : Float64Array.from(known as number[])
}

/**
 * Prices of starts as each window had them, by model, [window * binCount + bin], with one window more
 * in which nothing starts. Where they are less than a kept neighbour counts, the bound is only lower.
 */
function startPricesOf(instance: Instance, last: LastPlan): Float64Array[] {
  const { models, windowCount } = instance
  const prices = models.map(({ binCount }) => new Float64Array(windowCount * binCount))
  for (const block of last.blocks) {
    const { firstWindow, endWindow, startPrices } = block
    const own = valuesOf(instance, startPrices, endWindow - firstWindow + 1)
    for (const [i, t] of placesOf(instance, block, last)) {
      for (const [m, { binCount: B }] of models.entries()) {
        prices[m]!.set(own[m]!.subarray(i * B, (i + 1) * B), t * B)
      }
    }
  }
  return prices.map((own, m) => clampedStarts(instance, m, own))
}

/** By batch work, [window]: tokens/s as they were planned; nothing in windows that were not in sight. */
function ratesOf(instance: Instance, last: LastPlan): Float64Array[] {
  const { batch } = instance.problem
  const rates = batch.map(() => new Float64Array(instance.windowCount))
  const indexOf = new Map(batch.map(({ id }, j) => [id, j]))
  for (const block of last.blocks) {
    const places = placesOf(instance, block, last)
    for (const { work, values } of block.batch.filter((of) => indexOf.has(of.work))) {
      for (const [i, t] of places) rates[indexOf.get(work)!]![t] = values[i]!
    }
  }
  return rates
}

/** Windows of a block that are still in sight: which of its own, and which of the horizon's. */
function placesOf(
  { problem }: Instance,
  { firstWindow, endWindow }: Block,
  { plan }: LastPlan,
): [own: number, now: number][] {
  const nowOf = new Map(problem.windows.map(({ startMs }, t) => [startMs, t]))
  return rangeOf(firstWindow, endWindow).flatMap((w): [number, number][] => {
    const now = nowOf.get(plan.windows[w]!.startMs)
    return now === undefined ? [] : [[w - firstWindow, now]]
  })
}

interface Kept {
  readonly span: Span
  readonly block: Block
  readonly solution: BlockSolution
}

/** The block at its place in the new horizon, where it sees what it saw before; or nothing. */
function keptOf({ problem }: Instance, block: Block, { solutions, plan }: LastPlan): Kept[] {
  const startMs = plan.windows[block.firstWindow]!.startMs
  const from = problem.windows.findIndex((window) => window.startMs === startMs)
  const end = from + block.endWindow - block.firstWindow
  const before = solutions.find(({ blockId }) => blockId === block.id)!
  if (from < 0 || end > problem.windows.length) return []
  // What comes first now starts anew; before, it followed another block.
  if (from === 0 && block.firstWindow > 0) return []
  if (block.isCutShort === true || before.isCutShort === true) return []
  const inputs = inputsOf(problem, [from, end])
  if (fingerprint(inputs) !== fingerprint(block.problem)) return []
  const id = `${from}-${end - 1}`
  const replicas = replicaSeries(plan.assignments, [block.firstWindow, block.endWindow])
  return [
    {
      span: [from, end],
      block: { ...block, id, firstWindow: from, endWindow: end, problem: inputs, isKept: true },
      solution: { ...before, blockId: id, replicas },
    },
  ]
}

/** All that a block depends on, but for how much of a work there is: that is in its price. */
const fingerprint = (problem: PlanningProblem): string =>
  JSON.stringify(
    { ...problem, batch: problem.batch.map((work) => ({ ...work, tokens: 0 })) },
    // A database may have stored a block with its fields in another order.
    (_, value: unknown) =>
      isRecord(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
  )

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value instanceof Object && !Array.isArray(value)

/** @param most windows of one */
function spansOf(windows: readonly number[], most: number): Span[] {
  const spans: [number, number][] = []
  for (const t of windows) {
    const now = spans.at(-1)
    if (now && now[1] === t && t - now[0] < most) now[1] = t + 1
    else spans.push([t, t + 1])
  }
  return spans
}
