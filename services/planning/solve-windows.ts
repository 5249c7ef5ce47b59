import { startCost } from './bin-costs.ts'
import type { Block, BlockSolution, PointSeries } from './block.ts'
import { cellOf } from './cell.ts'
import { type Deadline, isPast, NO_DEADLINE, TIME_SHARES } from './deadline.ts'
import { type Draft, emptyDraft } from './draft.ts'
import type { Seed } from './find-mixes.ts'
import { compileInstance, type Instance } from './instance.ts'
import type { Mix } from './mix.ts'
import { seriesOf, valuesOf } from './point-series.ts'
import { random } from './random.ts'
import { ALMOST, roundLoads } from './round-loads.ts'
import { timedProblem } from './timed-problem.ts'
import { newTrial, type Trial } from './trial.ts'
import { windowMixes } from './window-mixes.ts'
import { windowShares } from './window-shares.ts'

/**
 * Whole replicas for a group of windows, window by window, each beginning from the one before. Where
 * time runs out, windows keep their rounded fractions, for the merge to complete.
 */
export function solveWindows(block: Block, deadline: Deadline = NO_DEADLINE): BlockSolution {
  const isLate = () => isPast(deadline, TIME_SHARES.blocks)
  if (isLate()) return answerOf(block, block.fractions.map(floored), isLate)
  const instance = compileInstance(timedProblem(block))
  const draft = emptyDraft(instance)
  const fractions = valuesOf(instance, block.fractions, instance.windowCount)
  roundLoads(draft, fractions)
  const counts = draft.replicas.map((of) => of.slice())
  const ground: Ground = {
    draft,
    counts,
    fractions,
    prices: pricesOf(block.gpuPrices, instance),
    room: Float64Array.from(instance.pools, ({ count }) => count),
    random: random(block.problem.seed),
    trial: newTrial(instance),
  }
  for (let t = 0; t < instance.windowCount && !isLate(); t++) {
    // Windows that share their counts keep the rounded ones, for the merge to complete.
    if (draft.groupFirst[t] === draft.groupLast[t] && t > draft.frozenUntil) planWindow(ground, t)
  }
  return answerOf(block, seriesOf(instance, counts), isLate)
}

const floored = (series: PointSeries): PointSeries => ({
  ...series,
  values: series.values.map((value) => Math.floor(value + ALMOST)),
})

function answerOf(
  block: Block,
  replicas: readonly PointSeries[],
  isLate: () => boolean,
): BlockSolution {
  return {
    blockId: block.id,
    replicas,
    batch: block.batch,
    shares: sharesOf(block, isLate),
    ...(isLate() && { isCutShort: true }),
  }
}

interface Ground {
  readonly draft: Draft
  /** By model, replicas, [window * binCount + bin]. */
  readonly counts: readonly Int32Array[]
  readonly fractions: readonly Float64Array[]
  readonly prices: Float64Array
  readonly room: Float64Array
  readonly random: () => number
  readonly trial: Trial
}

function planWindow({ draft, counts, fractions, prices, room, ...rest }: Ground, t: number): void {
  const { instance } = draft
  const { models, pools } = instance
  const rounded = models.map(({ binCount }, m): Seed => {
    const own = fractions[m]!.subarray(t * binCount, (t + 1) * binCount)
    return (b) => Math.floor(own[b]! + ALMOST)
  })
  const before = models.map(({ binCount, running }, m): Seed => {
    const own = t > 0 ? counts[m]!.subarray((t - 1) * binCount, t * binCount) : running
    return (b) => own[b]!
  })
  const chosen = windowMixes({
    ...rest,
    cells: models.map(({ binCount }, m) =>
      cellOf(draft, m, t, prices, (b) => fractions[m]![t * binCount + b]! > 0 || before[m]!(b) > 0),
    ),
    prices: prices.subarray(t * pools.length, (t + 1) * pools.length),
    room,
    rounded,
    before,
    startsOf: (m, mix) =>
      startsAfter(instance, m, t, mix, before[m]!) -
      startsSaved(instance, m, t + 1, mix, fractions[m]!),
  })
  for (const [m, mix] of chosen.entries()) {
    const { binCount } = models[m]!
    const own = counts[m]!.subarray(t * binCount, (t + 1) * binCount)
    own.fill(0)
    for (const [i, b] of mix.bins.entries()) own[b] = mix.counts[i]!
  }
}

function startsAfter(instance: Instance, m: number, t: number, mix: Mix, before: Seed): number {
  const model = instance.models[m]!
  let cost = 0
  for (let i = 0; i < mix.bins.length; i++) {
    const b = mix.bins[i]!
    const starts = mix.counts[i]! - before(b)
    if (starts > 0) cost += starts * startCost(instance, model, t, b)
  }
  return cost
}

/** A replica that the next window wants too need not start there: likely, not sure. */
const STAYS = 0.5

function startsSaved(
  instance: Instance,
  m: number,
  next: number,
  { bins, counts }: Mix,
  fractions: Float64Array,
): number {
  if (next === instance.windowCount) return 0
  const model = instance.models[m]!
  let saved = 0
  for (let i = 0; i < bins.length; i++) {
    const b = bins[i]!
    const wanted = fractions[next * model.binCount + b]!
    saved += STAYS * Math.min(counts[i]!, wanted) * startCost(instance, model, next, b)
  }
  return saved
}

function pricesOf(byPool: Block['gpuPrices'], { windowCount: T, pools }: Instance): Float64Array {
  const prices = new Float64Array(T * pools.length)
  for (const [p, series] of byPool.entries()) {
    for (const [t, price] of series.entries()) prices[t * pools.length + p] = price
  }
  return prices
}

/** What each of the block's windows adds to the bound, its work free to move at its price. */
function sharesOf(block: Block, isLate: () => boolean): number[] {
  const instance = compileInstance(block.problem)
  const prices = {
    gpuPrices: pricesOf(block.freeGpuPrices, instance),
    workPrices: Float64Array.from(block.workPrices),
    startPrices: valuesOf(instance, block.startPrices, instance.windowCount + 1),
  }
  return [...windowShares(instance, prices, isLate)]
}
