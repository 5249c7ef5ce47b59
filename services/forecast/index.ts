export { type AnnualMean, annualMeanOf, BLIND } from './annual-means.ts'
export {
  type ClimateHour,
  type Climatology,
  climateAt,
  climatologyOf,
  climatologyZones,
} from './climatology.ts'
export { type ForecastInputs, forecastWindows, type WindowForecast } from './forecast-windows.ts'
export { meanOver } from './mean-over.ts'
