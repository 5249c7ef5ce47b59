import type { FastifyInstance } from 'fastify'
import type { OpenStreams } from './events/open-streams.ts'
import { carbonAwareSdkAverageRoute } from './routes/carbon-aware-sdk-average.ts'
import { carbonAwareSdkEmissionsRoutes } from './routes/carbon-aware-sdk-emissions.ts'
import { carbonAwareSdkForecastRoutes } from './routes/carbon-aware-sdk-forecast.ts'
import { carbonAwareSdkLocationsRoute } from './routes/carbon-aware-sdk-locations.ts'
import type { CarbonAwareSdkOptions } from './routes/carbon-aware-sdk-places.ts'
import { gridForecastRoute } from './routes/grid-forecast.ts'
import { gridHistoryRoute } from './routes/grid-history.ts'
import { gridNowRoute } from './routes/grid-now.ts'
import { gridScoreRoute } from './routes/grid-score.ts'
import { gridStreamRoute } from './routes/grid-stream.ts'

interface MountGridOptions extends CarbonAwareSdkOptions {
  readonly streams: OpenStreams
}

/** Carbon intensity in our own words, and in those of the Carbon Aware SDK for its clients. */
export function mountGrid(app: FastifyInstance, options: MountGridOptions): void {
  const { grid, nowMs, streams } = options
  app.register(gridNowRoute, { grid })
  app.register(gridForecastRoute, { grid, nowMs })
  app.register(gridHistoryRoute, { grid, nowMs })
  app.register(gridScoreRoute, { grid })
  app.register(gridStreamRoute, { grid, streams })
  for (const route of CARBON_AWARE_SDK) app.register(route, options)
}

const CARBON_AWARE_SDK = [
  carbonAwareSdkAverageRoute,
  carbonAwareSdkEmissionsRoutes,
  carbonAwareSdkForecastRoutes,
  carbonAwareSdkLocationsRoute,
]
