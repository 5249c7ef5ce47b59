export type { FitStore, KeptBias, LiveBiasStore, ModelFit } from './port.ts'
