export type { OperatingPoint } from './operating-point.ts'
