import type { Draft } from './draft.ts'
import { latencyLimits } from './latency-limits.ts'
import { objectiveUnit } from './objective-unit.ts'
import type { BindingLimit } from './plan.ts'
import { windowsInWords } from './window-words.ts'

/** A price below this share of a GPU's own cost is solver noise. */
const NOISE = 1e-6

/**
 * The promises that cost something in this plan: full pools with the solver's price of one GPU-hour,
 * dearest first, first tokens that keep traffic near with the price of a millisecond, and replica
 * floors that load alone would not need.
 *
 * @param gpuPrices objective of one GPU for a window, [window * poolCount + pool]
 * @param isLate whether there is no time for the price of a millisecond
 */
export function bindingLimits(
  draft: Draft,
  gpuPrices: Float64Array,
  isLate?: () => boolean,
): BindingLimit[] {
  const dearest = (a: BindingLimit, b: BindingLimit) => b.shadowPriceG! - a.shadowPriceG!
  return [
    ...fullPools(draft, gpuPrices).sort(dearest),
    ...latencyLimits(draft.instance, gpuPrices, isLate).sort(dearest),
    ...floors(draft),
  ]
}

function fullPools(draft: Draft, gpuPrices: Float64Array): BindingLimit[] {
  const { pools, windowCount, hours, problem } = draft.instance
  return pools.flatMap(({ region, gpu, count }, p): BindingLimit[] => {
    const windows: number[] = []
    let price = 0
    let duration = 0
    for (let t = 0; t < windowCount; t++) {
      if (gpuPrices[t * pools.length + p]! <= NOISE) continue
      windows.push(t)
      price += gpuPrices[t * pools.length + p]!
      duration += hours[t]!
    }
    if (windows.length === 0) return []
    const shadowPriceG = price / duration
    const id = problem.regions[region]!.id
    const words = `all ${count} ${gpu} in ${id} are worth using in ${windowsInWords(windows)}: one more would save ${shadowPriceG.toPrecision(3)} ${objectiveUnit(problem.policy)} an hour`
    return [{ limit: 'gpus', region: id, gpu, windows, shadowPriceG, words }]
  })
}

function floors(draft: Draft): BindingLimit[] {
  const { models, windowCount } = draft.instance
  return models.flatMap((model, m): BindingLimit[] => {
    const windows = Array.from({ length: windowCount }, (_, t) => t).filter((t) =>
      isHeldUpByFloor(draft, m, t),
    )
    if (windows.length === 0) return []
    const words = `${model.id} keeps ${model.minReplicas} replicas in ${windowsInWords(windows)}, more than its load needs`
    return [{ limit: 'min-replicas', model: model.id, windows, words }]
  })
}

/** At the floor, and one replica less (the smallest) would still carry the load. */
function isHeldUpByFloor(draft: Draft, m: number, t: number): boolean {
  const model = draft.instance.models[m]!
  let replicas = 0
  let capacity = 0
  let smallest = Number.POSITIVE_INFINITY
  for (let b = 0; b < model.binCount; b++) {
    const count = draft.replicas[m]![t * model.binCount + b]!
    if (count === 0) continue
    replicas += count
    capacity += count * model.capacity[b]!
    smallest = Math.min(smallest, model.capacity[b]!)
  }
  if (replicas === 0 || replicas > model.minReplicas) return false
  const { count } = draft.lanes[m]!
  const rates = draft.rates[m]!.subarray(t * count, (t + 1) * count)
  return rates.reduce((a, b) => a + b, 0) <= capacity - smallest
}
