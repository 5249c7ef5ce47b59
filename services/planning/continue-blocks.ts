import type { Block, BlockSolution } from './block.ts'
import { baseOf, clampedStarts } from './coupling-prices.ts'
import { blockWindows, cutBlock, type Span } from './cut-blocks.ts'
import { isQuietBeginning } from './draft.ts'
import { compileInstance, type Instance } from './instance.ts'
import type { LinearSolver } from './linear-solver.ts'
import type { LastPlan } from './plan-prices.ts'
import { replicaSeries } from './plan-series.ts'
import { valuesOf } from './point-series.ts'
import type { PlanningProblem, RunningReplicas } from './problem.ts'
import { priceOpenWindows } from './window-prices.ts'
import { type WindowBefore, windowsBefore } from './windows-before.ts'

export interface Continued {
  readonly blocks: readonly Block[]
  /** Solutions of the blocks that stand as they were; the others are to be solved. */
  readonly known: readonly BlockSolution[]
}

/**
 * Blocks of a problem that goes on where another was planned: windows that see the same grid, traffic,
 * fleet and work as before keep prices, replicas and their share of the bound; those between are priced
 * anew, work at the price it had, and begin from what the plan has running before them. Shares at the
 * same prices add up whatever plan they come from, so the bound is proven for the new problem.
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
  const windows = windowsBefore(problem, last)
  const lead = isOnCourse(problem, last, windows) ? 0 : blockWindows(windows.length)
  const isKept = (t: number): boolean => t >= lead && isSolved(windows[t]!, last)
  const all = Array.from(windows.keys())
  const open = all.filter((t) => !isKept(t))
  if (open.length === windows.length) return undefined
  const instance = compileInstance(problem)
  const prices = { workPrices, ...seriesAt(instance, last, windows) }
  const priced = priceOpenWindows(instance, solver, prices, open)
  if (!priced) return undefined
  copyGpuPrices(instance, last, windows, isKept, priced.gpuPrices)
  const base = baseOf(instance, prices)
  const coupling = { ...prices, gpuPrices: priced.freeGpuPrices, base }
  const cut = (span: Span): Block => ({
    ...cutBlock(instance, priced, coupling, span),
    relaxed: 0,
    base,
  })
  const kept = spansOf(all.filter(isKept), windows.length).map(
    (span): Block => ({ ...cut(span), isKept: true }),
  )
  const fresh = spansOf(open, blockWindows(windows.length)).map((span) => {
    const [from] = span
    return from > 0 && isKept(from - 1)
      ? following(cut(span), runningIn(last, windows[from - 1]!.index!))
      : cut(span)
  })
  return {
    blocks: [...kept, ...fresh],
    known: kept.map((block) => solutionOf(block, last, windows[block.firstWindow]!.index!)),
  }
}

/** What ties windows together is planned over all of them at once. */
const isBound = (problem: PlanningProblem): boolean =>
  problem.policy.carbonBudgetGPerDay !== undefined ||
  problem.policy.maxChangedGpusPerWindow !== undefined ||
  (problem.policy.minDwellWindows ?? 1) > 1 ||
  isQuietBeginning(problem)

/** By batch work; undefined where one is new. */
function priceOfWorks({ batch }: PlanningProblem, { prices }: LastPlan): Float64Array | undefined {
  const known = new Map(prices.works.map(({ work, price }) => [work, price]))
  if (batch.some(({ id }) => !known.has(id))) return undefined
  return Float64Array.from(batch, ({ id }) => known.get(id)!)
}

/**
 * Whether what runs is what the plan has before the first window, and starts there cost what they did:
 * else the first windows begin anew.
 */
function isOnCourse(
  problem: PlanningProblem,
  last: LastPlan,
  [first]: readonly WindowBefore[],
): boolean {
  if (first?.index === undefined) return false
  const isFree = problem.policy.freeFirstStarts === true
  if (first.index > 0) {
    return !isFree && isSameRunning(problem.running, runningIn(last, first.index - 1))
  }
  const wasFree = last.problem.policy.freeFirstStarts === true
  return isFree === wasFree && isSameRunning(problem.running, last.problem.running)
}

function isSameRunning(a: readonly RunningReplicas[], b: readonly RunningReplicas[]): boolean {
  const textOf = (running: readonly RunningReplicas[]) =>
    running
      .map(({ region, model, pointId, replicas }) =>
        JSON.stringify([region, model, pointId, replicas]),
      )
      .sort()
      .join()
  return textOf(a) === textOf(b)
}

const runningIn = ({ plan }: LastPlan, index: number): RunningReplicas[] =>
  plan.assignments
    .filter(({ window }) => window === index)
    .map(({ region, model, pointId, replicas }) => ({ region, model, pointId, replicas }))

const isSolved = ({ index, isSame }: WindowBefore, { prices }: LastPlan): boolean =>
  isSame && prices.shares[index!] !== null

/**
 * Prices of starts as each window had them, by model, [window * binCount + bin], with one window more
 * in which nothing starts; and, by batch work, tokens/s as they were planned. Nothing in windows that
 * were not in sight.
 */
function seriesAt(instance: Instance, { prices }: LastPlan, windows: readonly WindowBefore[]) {
  const { models, problem, windowCount } = instance
  const before = valuesOf(instance, prices.startPrices, prices.shares.length)
  const startPrices = models.map(({ binCount: B }, m) => {
    const own = new Float64Array(windowCount * B)
    for (const [t, { index }] of windows.entries()) {
      if (index !== undefined) own.set(before[m]!.subarray(index * B, (index + 1) * B), t * B)
    }
    return clampedStarts(instance, m, own)
  })
  const ratesOf = new Map(prices.works.map(({ work, values }) => [work, values]))
  const rates = problem.batch.map(({ id }) =>
    Float64Array.from(windows, ({ index }) => (index === undefined ? 0 : ratesOf.get(id)![index]!)),
  )
  return { startPrices, rates }
}

function copyGpuPrices(
  { pools }: Instance,
  { prices }: LastPlan,
  windows: readonly WindowBefore[],
  isKept: (t: number) => boolean,
  into: Float64Array,
): void {
  for (const [t, { index }] of windows.entries()) {
    if (!isKept(t)) continue
    for (const p of pools.keys()) into[t * pools.length + p] = prices.gpuPrices[p]![index!]!
  }
}

/** A block that knows what runs when it begins. */
const following = (block: Block, running: readonly RunningReplicas[]): Block => ({
  ...block,
  problem: {
    ...block.problem,
    running,
    policy: { ...block.problem.policy, freeFirstStarts: false },
  },
})

/** What the plan has for a block that stands. */
function solutionOf(
  { id, firstWindow, endWindow, batch }: Block,
  { plan, prices }: LastPlan,
  index: number,
): BlockSolution {
  const end = index + endWindow - firstWindow
  const shares = prices.shares.slice(index, end).map((share) => share!)
  return { blockId: id, replicas: replicaSeries(plan.assignments, [index, end]), batch, shares }
}

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
