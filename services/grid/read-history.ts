import type { CarbonSeries } from '../domain/carbon-series.ts'
import { AppError, UpstreamMalformed } from '../domain/errors.ts'
import { judgeSeries } from './judge-series.ts'
import { LEARNT_DAYS } from './learn-past.ts'
import { mergeHistory } from './merge-history.ts'
import type { GridProvider } from './port.ts'
import type { Reference } from './suspicion.ts'

/** A provider with history, and perhaps with forecasts of the past. */
export interface HistoryProvider {
  readonly history: NonNullable<GridProvider['history']>
  readonly pastForecasts?: GridProvider['pastForecasts']
}

export interface HistoryRequest {
  readonly zone: string
  readonly nowMs: number
  /** What is held already; only what it lacks is asked for. */
  readonly held: CarbonSeries | undefined
  /** What the zone is known to emit, for judging what comes. */
  readonly reference: Reference | undefined
  readonly abort?: AbortSignal | undefined
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** How far back to ask when nothing is held; what a week's mean needs, and a little more. */
const FIRST_MS = 8 * DAY_MS
/** Where there are past forecasts to learn from, their truth is wanted too. */
const FIRST_WITH_PAST_MS = FIRST_MS + LEARNT_DAYS * DAY_MS
/** The most that plans without archive access will answer. */
const SHORT_MS = 23 * HOUR_MS
/** Recent values are asked for again: they are revised. */
const REVISED_MS = 6 * HOUR_MS

/**
 * Brings what is held of a zone's past up to date. New values are judged before they join: one bad
 * hour would condemn two months.
 *
 * @throws UpstreamMalformed where the new values are not to be trusted, and what `history` throws
 */
export async function readHistory(
  provider: HistoryProvider,
  request: HistoryRequest,
): Promise<CarbonSeries> {
  const { held, nowMs, reference } = request
  const newer = await ask(provider, request)
  const context = { nowMs, reference, maxAgeMs: Number.POSITIVE_INFINITY }
  const judgement = judgeSeries(newer, context)
  if (judgement.verdict === 'trusted') return mergeHistory(held, judgement.series, nowMs)
  const words = judgement.suspicions.map(({ reason, detail }) => `${reason}, ${detail}`)
  throw new UpstreamMalformed(words.join('; '), { upstream: newer.source })
}

/** From a little before the end of what is held; a day where the plan gives no more. */
async function ask(
  provider: HistoryProvider,
  { zone, nowMs, held, abort }: HistoryRequest,
): Promise<CarbonSeries> {
  const lastMs = held?.slots.at(-1)?.endMs ?? 0
  const firstMs = provider.pastForecasts ? FIRST_WITH_PAST_MS : FIRST_MS
  const fromMs = Math.max(nowMs - firstMs, lastMs - REVISED_MS)
  const startMs = Math.floor(fromMs / HOUR_MS) * HOUR_MS
  try {
    return await provider.history(zone, startMs, nowMs, abort)
  } catch (error) {
    const short = nowMs - startMs <= SHORT_MS
    if (!(error instanceof AppError) || error.retryable || short) throw error
    return provider.history(zone, nowMs - SHORT_MS, nowMs, abort)
  }
}
