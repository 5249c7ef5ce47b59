export { digestOf } from './digest.ts'
export type { Frame, SolveStore } from './port.ts'
