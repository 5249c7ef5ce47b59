export { averageRepeats } from './average-repeats.ts'
export { commandLines } from './command-lines.ts'
export { readDcgmExporter } from './dcgm-exporter.ts'
export { readPrometheusPower, readZeusd } from './live-power.ts'
export {
  meanPowerWatts,
  type PowerFormat,
  type PowerSample,
  readPower,
  zeusPowerWatts,
} from './power-samples.ts'
export {
  type Load,
  type ProfileDoors,
  type Profiled,
  type ProfileOptions,
  profileEndpoint,
} from './profile-endpoint.ts'
export { type RequestLengths, readLengths } from './read-lengths.ts'
export { type RunsFormat, readRuns } from './read-runs.ts'
export type { Quarantined, Reading } from './reading.ts'
export type { RunContext } from './run-context.ts'
export type { RunsStore, RunsText, RunsUpload } from './store.ts'
export { unreachable } from './unreachable.ts'
export { TIDY_COLUMNS, tidyCsvLine } from './write-tidy-csv.ts'
