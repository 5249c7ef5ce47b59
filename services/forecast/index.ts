export { type AnnualMean, annualMeanOf, BLIND } from './annual-means.ts'
export { type BlendedHour, blendForecast } from './blend-forecast.ts'
export { blockSaving, capturedPct, interruptibleSaving } from './captured-saving.ts'
export {
  type ClimateHour,
  type Climatology,
  climateAt,
  climatologyOf,
  climatologyZones,
} from './climatology.ts'
export { quantileOf } from './error-band.ts'
export { demandToServe, expectedDemand, type SeenTraffic } from './expected-demand.ts'
export { type HourlyValues, hourlyValues } from './hourly.ts'
export { meanOver } from './mean-over.ts'
export { coveragePct, mapePct, pinballLoss } from './score.ts'
export {
  CONTENDERS,
  type Contender,
  type ForecastScore,
  scoreForecasts,
  scoreInSteps,
} from './score-forecasts.ts'
export { type Skill, skillOf } from './skill.ts'
export { type TrainedZone, trainZone, trainZoneInSteps, type ZoneTraining } from './train-zone.ts'
export { weekPeak } from './week-peak.ts'
export type { WindowForecast, WindowForecaster } from './window-forecast.ts'
export { windowForecaster } from './window-forecaster.ts'
