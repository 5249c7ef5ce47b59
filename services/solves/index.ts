export { digestOf } from './digest.ts'
export type { Frame, SolveStore, SolveTime } from './port.ts'
