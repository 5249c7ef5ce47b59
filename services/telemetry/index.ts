export { judgeSlo, type SloTarget } from './judge-slo.ts'
export type { MetricSource, Sample } from './port.ts'
export { type Engine, gpuPowerQuery, type Quantity, queryFor, type Scope } from './presets.ts'
export { readServing, type Serving } from './read-serving.ts'
