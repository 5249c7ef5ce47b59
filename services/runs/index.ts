export { type RunsFormat, readRuns } from './read-runs.ts'
export type { Quarantined, Reading } from './reading.ts'
