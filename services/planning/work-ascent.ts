import { fixedCost, tokenCost } from './bin-costs.ts'
import { type Deadline, isPast, NO_DEADLINE, TIME_SHARES } from './deadline.ts'
import type { Instance } from './instance.ts'
import type { LinearAnswer } from './linear-solver.ts'
import type { WindowModel } from './window-model.ts'
import type { WindowRunner } from './window-runner.ts'

/** Windows that stand for the horizon. */
const SAMPLES = 12
/** How far a price may move in each round, as a share of it. */
const STEPS = [0.1, 0.07, 0.04, 0.02]
/** A first price: cheaper in a fifth of the windows that a work may use. */
const CHEAP_SHARE = 0.2

/**
 * What one token of each batch work should cost, where the coarse LP of `batchPrices` is too large:
 * offered at these prices, work takes about as many tokens as it has. Dual ascent over a sample of the
 * windows, each the LP that all windows are solved by. Less exact: at 12 x 96 x 20 x 20 the plan is
 * 1 % dearer with it.
 */
export function workAscent(
  instance: Instance,
  runner: WindowRunner,
  deadline: Deadline = NO_DEADLINE,
): Float64Array {
  const isLate = () => isPast(deadline, TIME_SHARES.workPrices)
  const { windowCount: T, batch } = instance
  const stride = Math.max(1, Math.ceil(T / SAMPLES))
  const samples = Array.from({ length: Math.ceil(T / stride) }, (_, i) =>
    Math.min(T - 1, i * stride + (stride >> 1)),
  )
  const prices = firstPrices(instance, runner, samples, isLate)
  for (const step of STEPS) {
    if (isLate()) break
    const { taken, seconds } = takenAt(instance, runner, samples, prices)
    for (const [j, { tokens }] of batch.entries()) {
      // A work shorter than the samples are apart keeps the price of its first look.
      if (seconds[j] === 0) continue
      const ratio = Math.log(Math.max(tokens, 1e-9) / Math.max(stride * taken[j]!, 1e-9))
      prices[j]! *= 1 + step * Math.max(-1, Math.min(1, ratio))
    }
  }
  return prices
}

/** By batch work: tokens that it takes in the samples at the prices, and seconds it had for it. */
function takenAt(
  { batch, windowSeconds }: Instance,
  runner: WindowRunner,
  samples: readonly number[],
  prices: Float64Array,
) {
  const taken = new Float64Array(batch.length)
  const seconds = new Float64Array(batch.length)
  for (const t of samples) {
    const { columnValues } = runner.solve(t, prices)
    for (const [j, { first, deadline }] of batch.entries()) {
      if (t < first || t >= deadline) continue
      taken[j]! += windowSeconds[t]! * Math.max(0, columnValues[runner.model.batch[j]!]!)
      seconds[j]! += windowSeconds[t]!
    }
  }
  return { taken, seconds }
}

/** Where a token of each work costs less in a few of the windows only, were there no other work. */
function firstPrices(
  instance: Instance,
  { model, solve }: WindowRunner,
  samples: readonly number[],
  isLate: () => boolean,
): Float64Array {
  const { batch } = instance
  const nothing = new Float64Array(batch.length)
  const costs = batch.map(() => [] as number[])
  const firsts = batch.filter(({ first, deadline }) => first < deadline).map(({ first }) => first)
  const looks = [...new Set([...samples, ...firsts])].sort((a, b) => a - b)
  for (const t of looks) {
    if (isLate()) break
    const answer = solve(t, nothing)
    for (const [j, { first, deadline }] of batch.entries()) {
      if (t < first || t >= deadline) continue
      costs[j]!.push(cheapestToken(instance, model, answer, t, j))
    }
  }
  return Float64Array.from(costs, (seen) => {
    seen.sort((a, b) => a - b)
    const price = seen[Math.floor(CHEAP_SHARE * seen.length)] ?? 0
    return Number.isFinite(price) ? price : 0
  })
}

/** Objective of one more token of a work in window `t`, its GPUs at their prices. */
export function cheapestToken(
  instance: Instance,
  { bins, poolRow }: WindowModel,
  { rowDuals }: LinearAnswer,
  t: number,
  j: number,
): number {
  const { model: m, regions } = instance.batch[j]!
  const model = instance.models[m]!
  let least = Number.POSITIVE_INFINITY
  for (const b of bins[m]!) {
    if (!regions.includes(model.region[b]!)) continue
    const gpus = Math.max(0, -rowDuals[poolRow + model.pool[b]!]!) * model.gpus[b]!
    const full = (fixedCost(instance, model, t, b) + gpus) / model.capacity[b]!
    least = Math.min(least, full + tokenCost(instance, model, t, b))
  }
  return least / instance.windowSeconds[t]!
}
