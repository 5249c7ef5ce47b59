import { fixedCost, tokenCost } from './bin-costs.ts'
import { hullBins } from './hull-bins.ts'
import type { Instance } from './instance.ts'
import { type LinearModelBuilder, linearModelBuilder } from './linear-model-builder.ts'
import type { LinearSolver } from './linear-solver.ts'

/** Groups of windows that a long horizon is looked at in. */
const GROUPS = 12

/**
 * What one token of each batch work should cost: the dual of its deadline in a coarse LP of the whole
 * horizon, in groups of windows and without latency. Good enough to time work by, and never wrong as
 * a bound, which holds for any price.
 */
export function batchPrices(instance: Instance, solver: LinearSolver): Float64Array {
  const { windowCount: T, batch } = instance
  if (batch.length === 0) return new Float64Array(0)
  const builder = linearModelBuilder()
  const size = Math.ceil(T / GROUPS)
  const works = batch.map(() => [] as number[])
  for (let from = 0; from < T; from += size) {
    addGroup(instance, builder, [from, Math.min(T, from + size)], works)
  }
  const rows = batch.map(({ tokens }, j) => builder.row(tokens, Infinity, works[j]!))
  const { rowDuals } = solver.solve(builder.build())
  return Float64Array.from(rows, (row) => Math.max(0, rowDuals[row]!))
}

/** Windows [from, end) taken as one. */
type Group = readonly [from: number, end: number]

/** One group's loads, its traffic (mean rates) and its pools; what work may do goes to `works`. */
function addGroup(
  instance: Instance,
  builder: LinearModelBuilder,
  group: Group,
  works: readonly number[][],
): void {
  const { models, pools } = instance
  const [from, end] = group
  const inPool = pools.map(() => [] as number[])
  const balances = models.map((_, m) => addLoads(instance, builder, m, group, inPool))
  for (const [j, work] of instance.batch.entries()) {
    const seconds = instance.windowSeconds
      .subarray(Math.max(from, work.first), Math.max(from, Math.min(end, work.deadline)))
      .reduce((a, b) => a + b, 0)
    if (seconds === 0) continue
    const column = builder.column(0)
    balances[work.model]!.push(column, -1)
    works[j]!.push(column, seconds)
  }
  for (const [m, { sources }] of models.entries()) {
    const rate = sources
      .flatMap((source) => [...source.rate.subarray(from, end)])
      .reduce((a, b) => a + b, 0)
    builder.row(rate / (end - from), Infinity, balances[m]!)
  }
  for (const [p, { count }] of pools.entries()) builder.row(0, count, inPool[p]!)
}

/** A column of tokens/s for every bin worth it. @returns the entries of the model's balance */
function addLoads(
  instance: Instance,
  builder: LinearModelBuilder,
  m: number,
  [from, end]: Group,
  inPool: readonly number[][],
): number[] {
  const model = instance.models[m]!
  return [...hullBins(instance, m)].flatMap((b) => {
    let cost = 0
    for (let t = from; t < end; t++) {
      cost += fixedCost(instance, model, t, b) / model.capacity[b]!
      cost += tokenCost(instance, model, t, b)
    }
    const column = builder.column(cost)
    inPool[model.pool[b]!]!.push(column, model.gpus[b]! / model.capacity[b]!)
    return [column, 1]
  })
}
