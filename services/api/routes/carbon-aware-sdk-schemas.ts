import { Type } from 'typebox'

export const EmissionsSchema = Type.Array(
  Type.Object({
    location: Type.String(),
    time: Type.String(),
    rating: Type.Number({ description: 'gCO2e/kWh' }),
    duration: Type.String({ description: 'hh:mm:ss' }),
  }),
)

/** One name or several: `?location=a&location=b`. */
export const Locations = Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })])

const DataPoints = Type.Array(
  Type.Object({
    location: Type.String(),
    timestamp: Type.String(),
    duration: Type.Number({ description: 'Minutes.' }),
    value: Type.Number({ description: 'gCO2e/kWh' }),
  }),
)
export const ForecastsSchema = Type.Array(
  Type.Object({
    requestedAt: Type.String(),
    generatedAt: Type.String(),
    location: Type.String(),
    dataStartAt: Type.String(),
    dataEndAt: Type.String(),
    windowSize: Type.Number({ description: 'Minutes.' }),
    optimalDataPoints: DataPoints,
    forecastData: DataPoints,
  }),
)
