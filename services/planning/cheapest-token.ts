import { fixedCost, tokenCost } from './bin-costs.ts'
import type { Instance } from './instance.ts'
import type { LinearAnswer } from './linear-solver.ts'
import type { WindowModel } from './window-model.ts'

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
