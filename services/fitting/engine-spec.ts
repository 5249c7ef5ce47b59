import engineFile from '../../config/catalogue/engines.json' with { type: 'json' }

/**
 * What an engine makes of the hardware, calibrated without any model worth serving: rates of
 * products and copies, and steps of a model too small to matter.
 */
export interface EngineSpec {
  /** As in `MeasuredRun.engine`. */
  readonly name: string
  /** Achieved over data sheet memory bandwidth, FLOP rate and link bandwidth, 0 to 1. */
  readonly memoryShare: number
  readonly computeShare: number
  readonly linkShare: number
  /** What each layer adds to a step, and a routed layer on top, ms. */
  readonly layerMs: number
  readonly routingLayerMs: number
  /** What each layer adds per doubling of the GPUs it is spread over, ms. */
  readonly hopLayerMs: number
  /** What each running sequence adds to a step beyond its bytes and FLOPs, ms. */
  readonly requestMs: number
  readonly source: string
}

/** The calibration of an engine, or undefined: then it is taken for a serving engine like vLLM. */
export const findEngine = (name: string): EngineSpec | undefined =>
  (engineFile.engines as readonly EngineSpec[]).find((engine) => engine.name === name)
