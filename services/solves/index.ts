export type { SolveStore } from './port.ts'
