import type { CarbonSeries, Measure } from '../domain/carbon-series.ts'
import { AppError } from '../domain/errors.ts'
import type { Window } from '../domain/window.ts'
import {
  annualMeanOf,
  climatologyOf,
  forecastWindows,
  type WindowForecast,
} from '../forecast/index.ts'
import type { GridProvider } from '../grid/index.ts'

export interface CarbonQuery {
  readonly zones: readonly string[]
  readonly windows: readonly Window[]
  readonly measure: Measure
  readonly nowMs: number
  /** Most trusted first, all of the same measure. */
  readonly providers: readonly GridProvider[]
  /** Told why a source said nothing of a zone. */
  readonly warn: (message: string) => void
}

/**
 * Asks every source for every zone, and lets the best that answers speak for each window. A source
 * that fails costs trust, never a plan: the ladder ends at the annual mean.
 */
export async function readCarbon(
  query: CarbonQuery,
): Promise<ReadonlyMap<string, readonly WindowForecast[]>> {
  const entries = query.zones.map(async (zone) => {
    const series = await seriesOf(zone, query)
    const { measure, windows, nowMs } = query
    const climatology = climatologyOf(zone, measure)
    const annual = annualMeanOf(zone, measure)
    const forecast = forecastWindows({ measure, windows, nowMs, series, climatology, annual })
    return [zone, forecast] as const
  })
  return new Map(await Promise.all(entries))
}

async function seriesOf(zone: string, { providers, warn }: CarbonQuery): Promise<CarbonSeries[]> {
  const answers = await Promise.allSettled(providers.map((provider) => provider.forecast(zone)))
  return answers.flatMap((answer) => {
    if (answer.status === 'fulfilled') return [answer.value]
    if (!(answer.reason instanceof AppError)) throw answer.reason
    warn(answer.reason.message)
    return []
  })
}
