import {
  type CarbonQuality,
  type CarbonSeries,
  type Measure,
  sameMeasure,
} from '../domain/carbon-series.ts'
import { AppError, UpstreamMalformed } from '../domain/errors.ts'
import { annualMeanOf, climatologyOf, type TrainedZone } from '../forecast/index.ts'
import { type Fetched, fetchOnce } from './fetch-once.ts'
import { type JudgementContext, judgeSeries, type Reference } from './judge-series.ts'
import { mergeHistory } from './merge-history.ts'
import type { ForecastArchive, GridProvider, SeriesStore, StoredSeries } from './port.ts'
import { referenceOf } from './reference-of.ts'
import { zoneTrainer } from './zone-trainer.ts'

/** All that is known of a zone now, and why it is not more. */
export interface ZoneReading {
  readonly zone: string
  readonly measure: Measure
  /** Trusted, best first, for `forecastWindows`: measured, then promised. */
  readonly series: readonly CarbonSeries[]
  readonly history: CarbonSeries | undefined
  /** What the zone's past has taught; kept between readings until there is something new. */
  readonly trained: TrainedZone | undefined
  /** The best rung that speaks for the current hour. */
  readonly rung: CarbonQuality
  /** Why each better source had nothing to say, one sentence each. */
  readonly reasons: readonly string[]
}

export interface GridReader {
  /** Never fails: with every provider away the reading has no series and says why. */
  readZone(zone: string, nowMs: number, abort?: AbortSignal): Promise<ZoneReading>
}

export interface GridReaderOptions {
  /** Most trusted first. Those of another measure are never asked. */
  readonly providers: readonly GridProvider[]
  readonly measure: Measure
  readonly store: SeriesStore
  readonly archive: ForecastArchive
  /** How long an answer is good enough not to ask again. */
  readonly freshForMs?: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const DEFAULT_FRESH_MS = 5 * 60_000
/** How far back to ask when nothing is held; what a week's mean needs, and a little more. */
const FIRST_HISTORY_MS = 8 * DAY_MS
/** The most that plans without archive access will answer. */
const SHORT_HISTORY_MS = 23 * HOUR_MS
/** Recent values are asked for again: they are revised. */
const REVISED_MS = 6 * HOUR_MS
const LIVE_MS = 2 * HOUR_MS

/**
 * Reads zones from providers in order of trust, through the shared cache, judges every answer, and
 * archives every forecast. The first provider with a trusted forecast is believed; the others are
 * asked only when it fails.
 */
export function gridReader(options: GridReaderOptions): GridReader {
  const { measure, archive, freshForMs = DEFAULT_FRESH_MS } = options
  const providers = options.providers.filter((provider) => sameMeasure(provider, measure))
  const fetched = fetchOnce({ store: options.store })
  const trainedOn = zoneTrainer(archive, measure)
  const keep = archiveOnce(archive)

  async function historyOf(
    provider: GridProvider,
    zone: string,
    nowMs: number,
    abort?: AbortSignal,
  ) {
    const key = keyOf('history', provider, zone)
    return fetched(key, nowMs, freshForMs, async (held) => {
      const newer = await freshHistory(provider, zone, held, nowMs, abort)
      const reference = referenceOf(held?.series, climatologyOf(zone, measure), nowMs)
      return mergeHistory(held?.series, trustedPast(newer, nowMs, reference), nowMs)
    })
  }

  async function forecastOf(
    provider: GridProvider,
    zone: string,
    nowMs: number,
    abort?: AbortSignal,
  ) {
    const key = keyOf('forecast', provider, zone)
    return fetched(key, nowMs, freshForMs, () => provider.forecast(zone, abort))
  }

  async function readHistory(zone: string, nowMs: number, reasons: string[], abort?: AbortSignal) {
    const reference = referenceOf(undefined, climatologyOf(zone, measure), nowMs)
    const context = { nowMs, reference, maxAgeMs: Number.POSITIVE_INFINITY }
    for (const provider of providers) {
      if (!provider.history) continue
      const answer = await historyOf(provider, zone, nowMs, abort).catch(asReason)
      const history = judged(`${provider.name} history`, answer, context, reasons)
      if (history) return history
    }
    return undefined
  }

  async function readForecast(
    zone: string,
    nowMs: number,
    history: CarbonSeries | undefined,
    reasons: string[],
    abort?: AbortSignal,
  ) {
    const reference = referenceOf(history, climatologyOf(zone, measure), nowMs)
    for (const provider of providers) {
      const answer = await forecastOf(provider, zone, nowMs, abort).catch(asReason)
      const issue = judged(`${provider.name} forecast`, answer, { nowMs, reference }, reasons)
      if (issue?.quality === 'forecast') await keep(issue)
      // A climatology says so itself, and has its own rung.
      if (issue) return issue.quality === 'climatology' ? undefined : issue
    }
    return undefined
  }

  return {
    async readZone(zone, nowMs, abort) {
      const reasons: string[] = []
      const history = await readHistory(zone, nowMs, reasons, abort)
      const issue = await readForecast(zone, nowMs, history, reasons, abort)
      const trained = history && (await trainedOn(history, issue, nowMs))
      const series = [history, issue].filter((each) => each !== undefined)
      const rung = rungOf(zone, measure, series, nowMs)
      return { zone, measure, series, history, trained, rung, reasons }
    },
  }
}

/** An issue is read many times and new once. */
function archiveOnce(archive: ForecastArchive) {
  const newestMs = new Map<string, number>()
  return async (issue: CarbonSeries): Promise<void> => {
    const key = `${issue.source}|${issue.zone}`
    if (newestMs.get(key) === issue.issuedAtMs) return
    await archive.append(issue)
    newestMs.set(key, issue.issuedAtMs)
  }
}

const keyOf = (kind: string, provider: GridProvider, zone: string): string =>
  [kind, provider.name, provider.signal, provider.basis, zone].join('|')

async function freshHistory(
  provider: GridProvider,
  zone: string,
  held: StoredSeries | undefined,
  nowMs: number,
  abort?: AbortSignal,
): Promise<CarbonSeries> {
  const lastMs = held?.series.slots.at(-1)?.endMs
  const fromMs = Math.max(nowMs - FIRST_HISTORY_MS, (lastMs ?? 0) - REVISED_MS)
  const startMs = Math.floor(fromMs / HOUR_MS) * HOUR_MS
  try {
    return await provider.history!(zone, startMs, nowMs, abort)
  } catch (error) {
    const short = nowMs - startMs <= SHORT_HISTORY_MS
    if (!(error instanceof AppError) || error.retryable || short) throw error
    return provider.history!(zone, nowMs - SHORT_HISTORY_MS, nowMs, abort)
  }
}

/**
 * What is not trusted never meets what is held: one bad hour would condemn two months.
 *
 * @throws UpstreamMalformed
 */
function trustedPast(
  newer: CarbonSeries,
  nowMs: number,
  reference: Reference | undefined,
): CarbonSeries {
  const context = { nowMs, reference, maxAgeMs: Number.POSITIVE_INFINITY }
  const judgement = judgeSeries(newer, context)
  if (judgement.verdict === 'trusted') return judgement.series
  const words = judgement.suspicions.map(({ reason, detail }) => `${reason}, ${detail}`)
  throw new UpstreamMalformed(words.join('; '), { upstream: newer.source })
}

/** A provider's failure is a reason to look elsewhere; anything else is a defect of ours. */
function asReason(error: unknown): string {
  if (error instanceof AppError) return error.message
  throw error
}

/** @returns the trusted part; what is suspicious or missing is added to `reasons` */
function judged(
  what: string,
  answer: Fetched | string,
  context: JudgementContext,
  reasons: string[],
): CarbonSeries | undefined {
  if (typeof answer === 'string') {
    reasons.push(`${what}: ${answer}`)
    return undefined
  }
  const { series, stale } = answer
  if (stale !== undefined) reasons.push(`${what}: ${stale}; last good answer used`)
  const judgement = judgeSeries(series, context)
  for (const { reason, detail } of judgement.suspicions)
    reasons.push(`${what}: ${reason}, ${detail}`)
  if (judgement.verdict === 'quarantined') return undefined
  const old = stale !== undefined && judgement.series.quality === 'forecast'
  return old ? { ...judgement.series, quality: 'cached' } : judgement.series
}

function rungOf(
  zone: string,
  measure: Measure,
  series: readonly CarbonSeries[],
  nowMs: number,
): CarbonQuality {
  const [first] = series
  const lastMs = first?.slots.at(-1)?.endMs ?? 0
  if (first?.quality === 'live' && nowMs - lastMs <= LIVE_MS) return 'live'
  const promised = series.find(({ quality }) => quality !== 'live')
  if (promised) return promised.quality
  if (first) return 'blended'
  if (climatologyOf(zone, measure)) return 'climatology'
  return annualMeanOf(zone, measure) ? 'annual' : 'blind'
}
