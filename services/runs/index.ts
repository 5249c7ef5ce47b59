export { commandLines } from './command-lines.ts'
export {
  meanPowerWatts,
  type PowerFormat,
  type PowerSample,
  readPower,
  zeusPowerWatts,
} from './power-samples.ts'
export { type RunsFormat, readRuns } from './read-runs.ts'
export type { Quarantined, Reading } from './reading.ts'
export type { RunContext } from './run-context.ts'
