export {
  type DemandMargins,
  declaredOverWindows,
  demandOverWindows,
} from './demand-over-windows.ts'
export { OBSERVED_MS } from './observed-age.ts'
export { pushedOverWindows } from './pushed-over-windows.ts'
export { readJobs } from './read-jobs.ts'
export { readTrace, type Trace } from './read-trace.ts'
export { recordedOverWindows } from './recorded-over-windows.ts'
export {
  isRecent,
  SEEN_WINDOW_MS,
  type Sighting,
  sightingOf,
  spansSeen,
} from './seen-traffic.ts'
