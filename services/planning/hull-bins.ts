import { groupBy } from './group-by.ts'
import type { Instance } from './instance.ts'

/**
 * Per model the bins a fractional plan can need: in each pool the lower-left convex hull of
 * (GPUs a token/s, kW a token/s). Exact for every intensity and every price of a GPU as long as
 * nothing but load counts, since a mix of hull points beats any other point. Where less is expected to
 * come than to be ready for, a token/s draws less: what any such share needs is in.
 */
export function hullBins(instance: Instance, m: number): Int32Array {
  const model = instance.models[m]!
  const gpus = model.gpus.map((count, b) => count / model.capacity[b]!)
  const byPool = groupBy(gpus.keys(), (b) => model.pool[b]!)
  const needed = [...new Set(model.comingShare)].flatMap((share) => {
    const energy = model.fixedKw.map((kw, b) => kw / model.capacity[b]! + share * model.tokenKw[b]!)
    return [...byPool.values()].flatMap((bins) => lowerLeft(bins, gpus, energy))
  })
  return Int32Array.from(new Set(needed)).sort()
}

/** Andrew's monotone chain, as far as y falls. */
function lowerLeft(bins: readonly number[], x: Float64Array, y: Float64Array): number[] {
  const hull: number[] = []
  for (const b of [...bins].sort((p, q) => x[p]! - x[q]! || y[p]! - y[q]!)) {
    if (y[b]! >= y[hull.at(-1) ?? -1]!) continue
    while (hull.length > 1 && !isConvex(hull.at(-2)!, hull.at(-1)!, b, x, y)) hull.pop()
    hull.push(b)
  }
  return hull
}

/** Whether q lies below the line from p to b. */
const isConvex = (p: number, q: number, b: number, x: Float64Array, y: Float64Array): boolean =>
  (x[q]! - x[p]!) * (y[b]! - y[p]!) > (y[q]! - y[p]!) * (x[b]! - x[p]!)
