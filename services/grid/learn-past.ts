import type { CarbonSeries } from '../domain/carbon-series.ts'
import { judgeSeries } from './judge-series.ts'
import type { ForecastArchive, GridProvider } from './port.ts'

/** Twice what it takes before a provider's record counts. */
export const LEARNT_DAYS = 14
/** A few at a time: the provider's quota belongs to the forecasts of now. */
const DAYS_AT_ONCE = 2
const DAY_MS = 86_400_000
/** Issues are wanted at the hour of the current one, give or take. */
const SPAN_MS = 15 * 60_000

/**
 * Asks providers that keep their forecasts for those of the last two weeks that the archive lacks,
 * one a day at the hour of the current one, so that a new zone need not wait for its own record.
 *
 * @returns a function that takes the next few days of a zone, each day once, newest first, and says
 *   how many forecasts joined the archive; it throws what `pastForecasts` throws
 */
export function pastLearner(archive: ForecastArchive) {
  const daysDone = new Map<string, number>()

  async function learnDay(
    pastForecasts: NonNullable<GridProvider['pastForecasts']>,
    { source, zone, signal, basis }: CarbonSeries,
    atMs: number,
    abort?: AbortSignal,
  ): Promise<boolean> {
    const span = { fromMs: atMs, toMs: atMs + SPAN_MS }
    if (await archive.newest({ source, zone, signal, basis, ...span })) return false
    const [issue] = await pastForecasts(zone, span.fromMs, span.toMs, abort)
    // Judged as of then: what was not to be trusted teaches nothing.
    if (!issue || judgeSeries(issue, { nowMs: atMs }).verdict !== 'trusted') return false
    return archive.append(issue)
  }

  return async (
    provider: Pick<GridProvider, 'pastForecasts'>,
    current: CarbonSeries,
    abort?: AbortSignal,
  ): Promise<number> => {
    const { pastForecasts } = provider
    const key = `${current.source}|${current.zone}`
    const done = daysDone.get(key) ?? 0
    if (!pastForecasts || done >= LEARNT_DAYS) return 0
    const until = Math.min(done + DAYS_AT_ONCE, LEARNT_DAYS)
    daysDone.set(key, until)
    let learnt = 0
    for (let day = done + 1; day <= until; day++) {
      const isNew = await learnDay(pastForecasts, current, current.issuedAtMs - day * DAY_MS, abort)
      if (isNew) learnt++
    }
    return learnt
  }
}
