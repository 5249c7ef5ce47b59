export { type DemandMargins, demandOverWindows } from './demand-over-windows.ts'
export { readTrace, type Trace, type TraceFormat } from './read-trace.ts'
