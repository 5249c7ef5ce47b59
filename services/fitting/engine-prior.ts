import type { EngineSpec } from './engine-spec.ts'
import { FEATURES } from './features.ts'
import { MS_PER_LAYER, MS_PER_REQUEST, TERMS, type Term } from './physics-terms.ts'
import type { OutputPrior, Prior } from './prior.ts'

const UNCORRECTED = FEATURES.map(() => 0)
const AS_THE_STEP = FEATURES.map((name) => (name === 'stepResidual' ? 1 : 0))

/**
 * The prior as it holds for a calibrated engine. Its physics base is the calibration; what the
 * prior learned to correct in serving engines is not expected of it, but stays possible. Gaps
 * between tokens follow the step, as no scheduler comes between. Power is given the step already.
 * Nor do errors made of serving engines widen its intervals.
 */
export function enginePrior(prior: Prior, engine: EngineSpec | undefined): Prior {
  if (engine === undefined) return prior
  const base = baseOf(engine)
  const calibrated = (output: OutputPrior, featureMean: readonly number[]): OutputPrior => ({
    ...output,
    base,
    featureMean,
  })
  const { step, itl, itlP95, power } = prior.outputs
  return {
    ...prior,
    outputs: {
      step: calibrated(step, UNCORRECTED),
      itl: calibrated(itl, AS_THE_STEP),
      itlP95: calibrated(itlP95, AS_THE_STEP),
      power,
    },
    energySpread: 1,
  }
}

function baseOf(engine: EngineSpec): readonly number[] {
  const coefficients: Record<Term, number> = {
    weights: 1 / engine.memoryShare,
    kv: 1 / engine.memoryShare,
    compute: 1 / engine.computeShare,
    layers: engine.layerMs / MS_PER_LAYER,
    hops: engine.hopLayerMs / MS_PER_LAYER,
    link: 1 / engine.linkShare,
    requests: engine.requestMs / MS_PER_REQUEST,
    routing: engine.routingLayerMs / MS_PER_LAYER,
    prefill: 1 / engine.computeShare,
  }
  return TERMS.map((term) => coefficients[term])
}
