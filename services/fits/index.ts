export type { FitStore, ModelFit } from './port.ts'
