import { allComing } from './coming-share.ts'
import { emptyDraft } from './draft.ts'
import { insertReplicas } from './insert-replicas.ts'
import { compileInstance, type Instance } from './instance.ts'
import type { LinearSolver, OpenModel } from './linear-solver.ts'
import type { PlanningProblem } from './problem.ts'
import { roundLoads } from './round-loads.ts'
import { ruinAndRecreate } from './ruin-and-recreate.ts'
import { newSearch } from './search.ts'
import { type WindowModel, windowCosts, windowModel } from './window-model.ts'

/** What differs from one window to the next; everything else is the problem's. */
export interface WindowAsk {
  /** By region: objective of one IT kWh, PUE counted. */
  readonly weightPerKwh: ArrayLike<number>
  /** By model, then by entry of its demand. */
  readonly tokensPerSecond: readonly ArrayLike<number>[]
  /** By model: how many of all these are expected to come; the rest is head-room. Left out: all. */
  readonly expectedTokensPerSecond?: ArrayLike<number>
  /** By model and bin: replicas that run already, whose start is not paid again. */
  readonly running: readonly ArrayLike<number>[]
  readonly seed: number
}

export interface WindowAnswer {
  /** By model and bin. */
  readonly replicas: readonly Int32Array[]
  /** Objective of the linear relaxation, without starts, floors and spare: a lower bound. */
  readonly relaxed: number
  /** Traffic that even fractional replicas leave unserved. */
  readonly missingTokensPerSecond: number
}

/** Plans one window over and over: the problem is compiled, and its LP kept warm, once. */
export interface WindowPlanner {
  /** By model: where each bin is and what runs there. Points that others beat have no bin. */
  readonly bins: readonly (readonly { readonly region: number; readonly pointId: string }[])[]
  plan(ask: WindowAsk): WindowAnswer
  /** The bound of `plan` alone, at a fraction of its time. */
  relax(ask: WindowAsk): Omit<WindowAnswer, 'replicas'>
  close(): void
}

/** A miss costs so many times the dearest way to serve. */
const MISS_FACTOR = 20
/** Attempts to improve the rounded plan, per model and region. */
const EFFORT = 6

/**
 * The planner for who decides every few minutes, as the backtest does thousands of times: an LP of
 * flows over the hull of each pool, whole replicas from it, then a short ruin and recreate over all
 * regions. The same parts as `planHorizon` with one window, but without its proof and long search. What
 * runs keeps its GPUs until what is started is ready: in a full pool nothing is exchanged at once.
 *
 * @param problem with one window; its demand, intensities and running replicas are not read
 */
export function openWindowPlanner(problem: PlanningProblem, solver: LinearSolver): WindowPlanner {
  const instance = compileInstance(allComing({ ...problem, batch: [] }))
  const model = windowModel(instance, true)
  const opened = solver.open(model.linear)
  const relax = relaxation(instance, model, opened)
  return {
    bins: instance.models.map(({ point, region }) =>
      point.map(({ id }, b) => ({ region: region[b]!, pointId: id })),
    ),
    relax: (ask) => {
      const { relaxed, missingTokensPerSecond } = relax(ask)
      return { relaxed, missingTokensPerSecond }
    },
    plan(ask) {
      const { fractions, prices, ...bound } = relax(ask)
      return { ...bound, replicas: wholeReplicas(instance, fractions, prices, ask) }
    },
    close: () => opened.close(),
  }
}

function wholeReplicas(
  instance: Instance,
  fractions: readonly Float64Array[],
  prices: Float64Array,
  { seed, expectedTokensPerSecond: expected }: WindowAsk,
): readonly Int32Array[] {
  const draft = emptyDraft(instance, 1, true)
  if (expected) for (const [m, rates] of draft.expected.entries()) rates[0] = expected[m]!
  roundLoads(draft, fractions)
  const search = newSearch(draft, prices, seed)
  for (const m of instance.models.keys()) {
    insertReplicas(search, m, 0, 0, { priceWeight: 1, noise: 0 }, () => undefined)
  }
  const attempts = EFFORT * instance.models.length * instance.regionCount
  for (let i = 0; i < attempts; i++) ruinAndRecreate(search, 0)
  return draft.replicas
}

function relaxation(instance: Instance, model: WindowModel, opened: OpenModel) {
  const { linear } = model
  const costs = new Float64Array(linear.columnCount)
  const rowLower = linear.rowLower.slice()
  const rowUpper = linear.rowUpper.slice()
  return (ask: WindowAsk) => {
    take(instance, ask)
    const missCost = MISS_FACTOR * dearestToken(instance, model, costs)
    windowCosts(instance, model, 0, missCost, new Float64Array(0), costs)
    opened.setCosts(costs)
    setTraffic(instance, model, rowLower, rowUpper)
    setSpare(instance, model, ask, rowUpper)
    opened.setRowBounds(rowLower, rowUpper)
    const { columnValues, rowDuals } = opened.solve()
    let missing = 0
    for (const [m, { count }] of model.lanes.entries()) {
      for (let lane = 0; lane < count; lane++) missing += columnValues[model.misses[m]! + lane]!
    }
    const fractions = instance.models.map(({ binCount, capacity }, m) => {
      const own = new Float64Array(binCount)
      for (const [i, b] of model.bins[m]!.entries()) {
        const ready = columnValues[model.loads[m]! + i]! + columnValues[model.spares[m]! + i]!
        own[b] = ready / capacity[b]!
      }
      return own
    })
    const prices = Float64Array.from(instance.pools, (_, p) =>
      Math.max(0, -rowDuals[model.poolRow + p]!),
    )
    let relaxed = 0
    for (let column = 0; column < costs.length; column++) {
      relaxed += costs[column]! * columnValues[column]!
    }
    return { fractions, prices, relaxed, missingTokensPerSecond: missing }
  }
}

/** Writes an ask into the compiled problem. */
function take(instance: Instance, { weightPerKwh, tokensPerSecond, running }: WindowAsk): void {
  for (let r = 0; r < instance.regionCount; r++) instance.energyWeight[r] = weightPerKwh[r]!
  for (const [m, model] of instance.models.entries()) {
    for (const { rate, origins } of model.sources) {
      rate[0] = origins.reduce((sum, origin) => sum + tokensPerSecond[m]![origin]!, 0)
    }
    for (let b = 0; b < model.binCount; b++) model.running[b] = running[m]![b]!
  }
}

/** What a token/s costs where it is dearest: never 0, so that a miss always costs something. */
function dearestToken(instance: Instance, model: WindowModel, costs: Float64Array): number {
  windowCosts(instance, model, 0, 0, new Float64Array(0), costs)
  return costs.reduce((most, cost) => Math.max(most, cost), 1e-9)
}

function setTraffic(
  instance: Instance,
  model: WindowModel,
  rowLower: Float64Array,
  rowUpper: Float64Array,
): void {
  for (const [m, { sources }] of instance.models.entries()) {
    const { count, ofSource } = model.lanes[m]!
    const first = model.laneRows[m]!
    rowLower.fill(0, first, first + count)
    for (const [s, { rate }] of sources.entries()) rowLower[first + ofSource[s]!]! += rate[0]!
    rowUpper.set(rowLower.subarray(first, first + count), first)
  }
}

/** Ends the head-room at what is to be ready beyond what is expected to come. */
function setSpare(
  instance: Instance,
  model: WindowModel,
  { expectedTokensPerSecond: expected }: WindowAsk,
  rowUpper: Float64Array,
): void {
  for (const [m, { sources }] of instance.models.entries()) {
    const needed = sources.reduce((sum, { rate }) => sum + rate[0]!, 0)
    rowUpper[model.spareRows[m]!] = expected ? Math.max(0, needed - expected[m]!) : 0
  }
}
