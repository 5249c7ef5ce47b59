import { compileInstance, type Instance } from './instance.ts'
import { objectiveUnit } from './objective-unit.ts'
import type { BindingLimit } from './plan.ts'
import type { PlanningModel, PlanningProblem } from './problem.ts'
import { windowShares } from './window-shares.ts'
import { windowsInWords } from './window-words.ts'

/** A smaller share of what a model costs is the solver's noise. */
const NOISE = 1e-6
/** Longer first tokens that are looked at, the nearest first. */
const MOST_STEPS = 8

/**
 * Models whose promise of a first token keeps them from cleaner regions or variants, and what one
 * millisecond more would save.
 *
 * Each longer promise that opens a region to an origin, or admits a variant, is priced at the plan's
 * GPU prices in fractions of replicas; the one that saves most per ms is named. So it is the slope of
 * the relaxation, and no promise that whole replicas would save as much. Batches stay as they were chosen for the
 * promise there is.
 *
 * @param gpuPrices objective of one GPU for a window, [window * poolCount + pool]
 * @param isLate whether there is no time for more models: what is not priced is not named
 */
export function latencyLimits(
  instance: Instance,
  gpuPrices: Float64Array,
  isLate: () => boolean = () => false,
): BindingLimit[] {
  const { problem } = instance
  return problem.models.flatMap((model) => {
    if (isLate()) return []
    const steps = longerPromises(problem, model)
    if (steps.length === 0) return []
    const now = valuesOf(problem, model, gpuPrices)
    const priced = steps.map((ttftP95Ms) => {
      const then = valuesOf(problem, withPromise(model, ttftP95Ms), gpuPrices)
      return limitOf(
        instance,
        model,
        ttftP95Ms,
        now.map((value, t) => value - then[t]!),
        now,
      )
    })
    const binding = priced.filter((limit) => limit !== undefined)
    return binding.sort((a, b) => b.shadowPriceG! - a.shadowPriceG!).slice(0, 1)
  })
}

/** TTFTs, ms, at which a region or a variant comes into reach; a pinned model has no choice. */
function longerPromises({ policy }: PlanningProblem, model: PlanningModel): number[] {
  if (!model.objective || policy.pinned?.some((pin) => pin.model === model.id)) return []
  const { ttftP95Ms, tpotP95Ms } = model.objective
  const regions = model.demand.flatMap(({ farther = [] }) => farther)
  const variants = (model.tooSlow ?? []).filter((point) => point.tpotP95Ms <= tpotP95Ms)
  const needed = [...regions, ...variants].map((one) => one.ttftP95Ms)
  const longer = [...new Set(needed)].filter((ms) => ms > ttftP95Ms)
  return longer.sort((a, b) => a - b).slice(0, MOST_STEPS)
}

function withPromise(model: PlanningModel, ttftP95Ms: number): PlanningModel {
  const { tpotP95Ms } = model.objective!
  const admitted = (model.tooSlow ?? []).filter(
    (point) => point.ttftP95Ms <= ttftP95Ms && point.tpotP95Ms <= tpotP95Ms,
  )
  return {
    ...model,
    points: [...model.points, ...admitted],
    demand: model.demand.map((demand) => {
      const opened = (demand.farther ?? []).filter((one) => one.ttftP95Ms <= ttftP95Ms)
      return { ...demand, regions: [...demand.regions, ...opened.map(({ region }) => region)] }
    }),
  }
}

/** By window: what the model's traffic costs in fractions of replicas, GPUs at their prices. */
function valuesOf(
  problem: PlanningProblem,
  model: PlanningModel,
  gpuPrices: Float64Array,
): Float64Array {
  const instance = compileInstance({ ...problem, models: [model], batch: [], running: [] })
  const starts = new Float64Array((instance.windowCount + 1) * instance.models[0]!.binCount)
  const prices = { gpuPrices, workPrices: new Float64Array(), startPrices: [starts] }
  return windowShares(instance, prices, () => true)
}

function limitOf(
  { hours, problem }: Instance,
  { id, objective }: PlanningModel,
  ttftP95Ms: number,
  saved: Float64Array,
  values: Float64Array,
): BindingLimit | undefined {
  const windows = [...saved.keys()].filter((t) => saved[t]! > NOISE * Math.abs(values[t]!))
  if (windows.length === 0) return undefined
  const sum = (of: Float64Array) => windows.reduce((total, t) => total + of[t]!, 0)
  const perHour = sum(saved) / sum(hours)
  const moreMs = ttftP95Ms - objective!.ttftP95Ms
  const shadowPriceG = perHour / moreMs
  const unit = objectiveUnit(problem.policy)
  const words = `${id} promises a first token within ${objective!.ttftP95Ms} ms: with ${Math.ceil(ttftP95Ms)} ms it would save up to ${perHour.toPrecision(3)} ${unit} an hour in ${windowsInWords(windows)}, ${shadowPriceG.toPrecision(2)} for each ms`
  return { limit: 'latency', model: id, windows, shadowPriceG, words }
}
