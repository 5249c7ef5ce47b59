import { fixedCost, tokenCost } from './bin-costs.ts'
import { hullBins } from './hull-bins.ts'
import type { Instance } from './instance.ts'
import { linearModelBuilder } from './linear-model-builder.ts'
import type { LinearSolver } from './linear-solver.ts'

/** Groups of windows that a long horizon is looked at in. */
const GROUPS = 12

/**
 * What one token of each batch work should cost: the dual of its deadline in a coarse LP of the whole
 * horizon, in groups of windows and without latency. Good enough to time work by, and never wrong as
 * a bound, which holds for any price.
 */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one pass over nested indices, clearer in one place.
export function batchPrices(instance: Instance, solver: LinearSolver): Float64Array {
  if (instance.batch.length === 0) return new Float64Array(0)
  const { windowCount: T, models, pools, batch } = instance
  const builder = linearModelBuilder()
  const size = Math.ceil(T / GROUPS)
  const work = batch.map(() => [] as number[])
  for (let from = 0; from < T; from += size) {
    const end = Math.min(T, from + size)
    const inPool = pools.map(() => [] as number[])
    const balances = models.map((model, m) => {
      const entries: number[] = []
      for (const b of hullBins(instance, m)) {
        let cost = 0
        for (let t = from; t < end; t++) {
          cost += fixedCost(instance, model, t, b) / model.capacity[b]!
          cost += tokenCost(instance, model, t, b)
        }
        const column = builder.column(cost)
        entries.push(column, 1)
        inPool[model.pool[b]!]!.push(column, model.gpus[b]! / model.capacity[b]!)
      }
      return entries
    })
    for (const [j, { first, deadline, model }] of batch.entries()) {
      let seconds = 0
      for (let t = Math.max(from, first); t < Math.min(end, deadline); t++) {
        seconds += instance.windowSeconds[t]!
      }
      if (seconds === 0) continue
      const column = builder.column(0)
      balances[model]!.push(column, -1)
      work[j]!.push(column, seconds)
    }
    for (const [m, { sources }] of models.entries()) {
      let rate = 0
      for (const source of sources) for (let t = from; t < end; t++) rate += source.rate[t]!
      builder.row(rate / (end - from), Number.POSITIVE_INFINITY, balances[m]!)
    }
    for (const [p, { count }] of pools.entries()) builder.row(0, count, inPool[p]!)
  }
  const rows = batch.map(({ tokens }, j) => builder.row(tokens, Number.POSITIVE_INFINITY, work[j]!))
  const { rowDuals } = solver.solve(builder.build())
  return Float64Array.from(rows, (row) => Math.max(0, rowDuals[row]!))
}
