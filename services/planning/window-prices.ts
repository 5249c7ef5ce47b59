import { cheapestToken } from './cheapest-token.ts'
import { clampedStarts } from './coupling-prices.ts'
import { type Deadline, isPast, NO_DEADLINE, TIME_SHARES } from './deadline.ts'
import type { Instance } from './instance.ts'
import type { LinearAnswer, LinearSolver } from './linear-solver.ts'
import type { PricedFractions } from './prices.ts'
import { type BatchTiming, wholeWork } from './time-batch.ts'
import type { WindowModel } from './window-model.ts'
import { openWindows, type WindowPrices, type WindowRunner } from './window-runner.ts'
import { timeWork } from './work-timing.ts'

/**
 * Prices of a long horizon, window after window, each LP from the basis of the one before: once with
 * work free to come where a token costs less than it earns, for the bound, and once with work when it
 * is timed, for the plan.
 *
 * Where the time will not do for all of them, a window is taken for the one before.
 *
 * @returns undefined where even fractional replicas leave traffic unserved
 */
export function windowPrices(
  instance: Instance,
  solver: LinearSolver,
  deadline: Deadline = NO_DEADLINE,
): PricedFractions | undefined {
  const runner = openWindows(instance, solver)
  try {
    const { rates, workPrices, startPrices } = timeWork(instance, runner, solver, deadline)
    const prices = {
      workPrices,
      startPrices: startPrices.map((own, m) => clampedStarts(instance, m, own)),
    }
    const all = Array.from({ length: instance.windowCount }, (_, t) => t)
    const { workPrices: begun, windowPrices: due } = TIME_SHARES
    const half = (begun + due) / 2
    const free = passWindows(instance, runner, all, prices, isLateAt(deadline, begun, half))
    if (free.misses > 0) return undefined
    const timed = { ...prices, rates: wholeWork(instance, rates, free.costs) }
    const done = passWindows(instance, runner, all, timed, isLateAt(deadline, half, due))
    return {
      fractions: done.fractions,
      batch: wholeWork(instance, done.rates, done.costs),
      gpuPrices: done.gpuPrices,
      freeGpuPrices: free.gpuPrices,
      workPrices,
      startPrices,
      isCutShort: free.isCutShort || done.isCutShort,
    }
  } finally {
    runner.close()
  }
}

/** Whether the time by which so much of the windows should be done has passed. */
const isLateAt =
  (deadline: Deadline, from: number, to: number) =>
  (done: number): boolean =>
    isPast(deadline, from + (to - from) * done)

/**
 * The same for some windows only, work and starts at prices that are known. What the others do of the
 * work stands; the rest comes when it was timed, and where a token costs least.
 *
 * @param prices.rates when the work was timed; nothing in windows that were not in sight
 * @returns undefined where traffic, or a work, does not fit into the open windows
 */
export function priceOpenWindows(
  instance: Instance,
  solver: LinearSolver,
  prices: Required<WindowPrices>,
  open: readonly number[],
): PricedFractions | undefined {
  const isOpen = new Set(open)
  const { workPrices, startPrices } = prices
  const complete = (rates: BatchTiming, costs: BatchTiming) =>
    wholeWork(instance, rates, costs, (t) => isOpen.has(t))
  const runner = openWindows(instance, solver)
  try {
    const free = passWindows(instance, runner, open, { workPrices, startPrices })
    if (free.misses > 0) return undefined
    const rates = complete(prices.rates, free.costs)
    const done = passWindows(instance, runner, open, { ...prices, rates })
    const all = rates.map((own, j) =>
      own.map((rate, t) => (isOpen.has(t) ? done.rates[j]![t]! : rate)),
    )
    const batch = complete(all, done.costs)
    const { fractions, gpuPrices } = done
    return isWhole(instance, batch)
      ? { fractions, batch, gpuPrices, freeGpuPrices: free.gpuPrices, workPrices, startPrices }
      : undefined
  } finally {
    runner.close()
  }
}

const isWhole = ({ batch, windowSeconds }: Instance, rates: BatchTiming): boolean =>
  batch.every(({ tokens }, j) => {
    const done = rates[j]!.reduce((sum, rate, t) => sum + rate * windowSeconds[t]!, 0)
    return done >= tokens * (1 - 1e-9)
  })

/** What the optima of some windows say; elsewhere zeros. */
interface Pass {
  readonly fractions: readonly Float64Array[]
  readonly gpuPrices: Float64Array
  /** By batch work, [window]: tokens/s done, and objective of one more token. */
  readonly rates: readonly Float64Array[]
  readonly costs: readonly Float64Array[]
  readonly isCutShort: boolean
  /** tokens/s of traffic that even fractional replicas leave unserved, over all windows. */
  readonly misses: number
}

function passWindows(
  instance: Instance,
  runner: WindowRunner,
  windows: readonly number[],
  prices: WindowPrices,
  isLateAfter: (done: number) => boolean = () => false,
): Pass {
  const { windowCount: T, models, pools, batch } = instance
  const pass = {
    fractions: models.map(({ binCount }) => new Float64Array(T * binCount)),
    gpuPrices: new Float64Array(T * pools.length),
    rates: batch.map(() => new Float64Array(T)),
    costs: batch.map(() => new Float64Array(T)),
  }
  let answer: LinearAnswer | undefined
  let isCutShort = false
  let misses = 0
  for (const [i, t] of windows.entries()) {
    const isLate = isLateAfter(i / windows.length)
    isCutShort ||= isLate
    if (!answer || !isLate) answer = runner.solve(t, prices)
    misses += runner.misses(answer)
    readWindow(instance, runner.model, answer, t, pass)
  }
  return { ...pass, isCutShort, misses }
}

function readWindow(
  instance: Instance,
  model: WindowModel,
  answer: LinearAnswer,
  t: number,
  { fractions, gpuPrices, rates, costs }: Omit<Pass, 'isCutShort' | 'misses'>,
): void {
  const { pools, batch, models } = instance
  const { columnValues, rowDuals } = answer
  for (let p = 0; p < pools.length; p++) {
    gpuPrices[t * pools.length + p] = Math.max(0, -rowDuals[model.poolRow + p]!)
  }
  for (const [j, { first, deadline }] of batch.entries()) {
    const rate = Math.max(0, columnValues[model.batch[j]!]!)
    // Outside its time a work's column is held at zero, to the solver's tolerance.
    rates[j]![t] = t >= first && t < deadline ? rate : 0
    costs[j]![t] = cheapestToken(instance, model, answer, t, j)
  }
  for (const [m, { binCount, capacity }] of models.entries()) {
    for (const [i, b] of model.bins[m]!.entries()) {
      fractions[m]![t * binCount + b] = columnValues[model.loads[m]! + i]! / capacity[b]!
    }
  }
}
