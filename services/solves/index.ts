export { digestOf } from './digest.ts'
export type { Frame, PricedProblem, SolveStore, SolveTime } from './port.ts'
