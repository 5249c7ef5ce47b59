export { demandOverWindows } from './demand-over-windows.ts'
export { pushedOverWindows } from './pushed-over-windows.ts'
export { readTrace, type Trace } from './read-trace.ts'
export { recordedOverWindows } from './recorded-over-windows.ts'
