import {
  annualMeanOf,
  climatologyOf,
  type WindowForecaster,
  windowForecaster,
} from '../forecast/index.ts'
import type { ZoneReading } from './grid-reader.ts'

/** The forecast of a zone as it was read, with every rung of the ladder there is for it. */
export function zoneForecaster(reading: ZoneReading, nowMs: number): WindowForecaster {
  const { zone, measure } = reading
  return windowForecaster({
    ...reading,
    climatology: climatologyOf(zone, measure),
    annual: annualMeanOf(zone, measure),
    nowMs,
  })
}
