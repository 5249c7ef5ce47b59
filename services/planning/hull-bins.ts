import type { Instance } from './instance.ts'

/**
 * Per model the bins a fractional plan can need: in each pool the lower-left convex hull of
 * (GPUs a token/s, kW a token/s). Exact for every intensity and every price of a GPU as long as
 * nothing but load counts, since a mix of hull points beats any other point.
 */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one pass over nested indices, clearer in one place.
export function hullBins(instance: Instance, m: number): Int32Array {
  const model = instance.models[m]!
  const gpus = (b: number) => model.gpus[b]! / model.capacity[b]!
  const energy = (b: number) => model.fixedKw[b]! / model.capacity[b]! + model.tokenKw[b]!
  const byPool = new Map<number, number[]>()
  for (let b = 0; b < model.binCount; b++) {
    const bins = byPool.get(model.pool[b]!)
    if (bins) bins.push(b)
    else byPool.set(model.pool[b]!, [b])
  }
  const kept: number[] = []
  for (const bins of byPool.values()) {
    bins.sort((a, b) => gpus(a) - gpus(b) || energy(a) - energy(b))
    const hull: number[] = []
    for (const b of bins) {
      const last = hull.at(-1)
      if (last !== undefined && energy(b) >= energy(last)) continue
      while (hull.length > 1) {
        const [p, q] = [hull.at(-2)!, hull.at(-1)!]
        const turn =
          (gpus(q) - gpus(p)) * (energy(b) - energy(p)) -
          (energy(q) - energy(p)) * (gpus(b) - gpus(p))
        if (turn > 0) break
        hull.pop()
      }
      hull.push(b)
    }
    kept.push(...hull)
  }
  return Int32Array.from(kept).sort()
}
