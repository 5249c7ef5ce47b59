import { type Deadline, isPast, NO_DEADLINE, TIME_SHARES } from './deadline.ts'
import {
  columnsOfGroup,
  type Group,
  type GroupedModel,
  groupedModel,
  secondsOf,
} from './grouped-model.ts'
import { hullBins } from './hull-bins.ts'
import type { Instance } from './instance.ts'
import type { LinearAnswer, LinearSolver } from './linear-solver.ts'
import type { BatchTiming } from './time-batch.ts'
import type { WindowRunner } from './window-runner.ts'

/** Windows whose optima tell which bins are worth a column. */
const SAMPLES = 12
/** Most columns of the grouped LP, and how many of them a solver may get through in a second. */
const MOST_COLUMNS = 16_000
const COLUMNS_PER_SECOND = 5_000
/** Fractions below this are the solver's tolerance. */
const LEAST = 1e-9

/** A smaller share of a work is the solver's noise. */
const NOTHING = 1e-4

/** When batch work is best done, and what ties the windows together is worth. */
export interface WorkTiming {
  readonly rates: BatchTiming
  /** By batch work: objective of one token. */
  readonly workPrices: Float64Array
  /** By model: what ending a start's saving is worth, [window * binCount + bin]. */
  readonly startPrices: readonly Float64Array[]
}

/**
 * Times the batch work of a long horizon by an LP over groups of windows and the few bins that the
 * optima of some windows use, and takes the prices of work and starts from its duals: by interior
 * point, whose optimum is in the middle of all. Any prices prove a bound.
 *
 * @returns nothing done at no price where the LP has no answer in time
 */
export function timeWork(
  instance: Instance,
  runner: WindowRunner,
  solver: LinearSolver,
  deadline: Deadline = NO_DEADLINE,
): WorkTiming {
  const { models } = instance
  // Where the bins of the samples do not carry the rest, those of all windows are tried.
  const choices = [
    () => binsInUse(instance, runner, deadline),
    () => models.map((_, m) => hullBins(instance, m)),
  ]
  for (const choice of choices) {
    const bins = choice()
    const secondsLeft = deadline.secondsLeft(TIME_SHARES.workPrices)
    if (secondsLeft <= 0) break
    const mostColumns = Math.min(MOST_COLUMNS, COLUMNS_PER_SECOND * secondsLeft)
    const groups = groupsOf(instance.windowCount, mostColumns / columnsOfGroup(instance, bins))
    const model = groupedModel(instance, bins, groups)
    const limits = Number.isFinite(secondsLeft) ? { timeLimitSeconds: secondsLeft } : {}
    const answer = solver.solve(model.linear, { ...limits, interior: true })
    if (answer.status === 'optimal') return read(instance, model, answer, bins, groups)
  }
  return {
    rates: instance.batch.map(() => new Float64Array(instance.windowCount)),
    workPrices: new Float64Array(instance.batch.length),
    startPrices: models.map(({ binCount }) => new Float64Array(instance.windowCount * binCount)),
  }
}

/** By model, the bins that the optima of a few windows use, without work. */
function binsInUse(instance: Instance, runner: WindowRunner, deadline: Deadline): Int32Array[] {
  const { windowCount: T, models, batch } = instance
  const stride = Math.ceil(T / SAMPLES)
  const used = models.map(() => new Set<number>())
  const free = { workPrices: new Float64Array(batch.length) }
  for (let t = stride >> 1; t < T; t += stride) {
    if (isPast(deadline, TIME_SHARES.workPrices)) break
    const { columnValues } = runner.solve(t, free)
    for (const [m, bins] of runner.model.bins.entries()) {
      for (const [i, b] of bins.entries()) {
        if (columnValues[runner.model.loads[m]! + i]! > LEAST) used[m]!.add(b)
      }
    }
  }
  return used.map((bins) => Int32Array.from(bins).sort())
}

/** As many groups of equal length as may be, one at least. */
function groupsOf(windowCount: number, most: number): Group[] {
  const length = Math.ceil(windowCount / Math.max(1, Math.floor(most)))
  return Array.from({ length: Math.ceil(windowCount / length) }, (_, k) => [
    k * length,
    Math.min(windowCount, (k + 1) * length),
  ])
}

function read(
  instance: Instance,
  { starts, works, rates }: GroupedModel,
  { columnValues, rowDuals }: LinearAnswer,
  bins: readonly Int32Array[],
  groups: readonly Group[],
): WorkTiming {
  const { windowCount: T, batch, models } = instance
  return {
    rates: batch.map(({ first, deadline, tokens }, j) => {
      const own = new Float64Array(T)
      for (const [k, [from, end]] of groups.entries()) {
        const column = rates[j]![k]!
        if (column < 0) continue
        const rate = columnValues[column]!
        // In the middle of all optima nothing is quite zero.
        if (rate * secondsOf(instance, j, [from, end]) <= NOTHING * tokens) continue
        own.fill(rate, Math.max(from, first), Math.min(end, deadline))
      }
      return own
    }),
    workPrices: Float64Array.from(works, (row) => Math.max(0, rowDuals[row]!)),
    startPrices: models.map(({ binCount: B }, m) => {
      const prices = new Float64Array(T * B)
      for (const [i, b] of bins[m]!.entries()) {
        const atGroups = Float64Array.from(starts[m]!, (row) => rowDuals[row + i]!)
        for (const [t, price] of between(atGroups, groups)) prices[t * B + b] = price
      }
      return prices
    }),
  }
}

/** From one group to the next the price moves by equal steps; after the last it is 0. */
function between(prices: Float64Array, groups: readonly Group[]): [t: number, price: number][] {
  return groups.flatMap(([from, end], k) => {
    const now = prices[k]!
    const next = prices[k + 1] ?? 0
    return Array.from({ length: end - from }, (_, i): [number, number] => [
      from + i,
      now + ((next - now) * i) / (end - from),
    ])
  })
}
