export type { Frame, SolveStore } from './port.ts'
