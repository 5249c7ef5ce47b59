import {
  type CarbonQuality,
  type CarbonSeries,
  type Measure,
  sameMeasure,
} from '../domain/carbon-series.ts'
import { AppError } from '../domain/errors.ts'
import { annualMeanOf, climatologyOf, type TrainedZone } from '../forecast/index.ts'
import { type Fetched, fetchOnce } from './fetch-once.ts'
import { type Judge, type JudgementContext, judgeOnce } from './judge-series.ts'
import { referenceKeeper } from './keep-reference.ts'
import { pastLearner } from './learn-past.ts'
import type { ForecastArchive, GridProvider, SeriesStore } from './port.ts'
import { readHistory } from './read-history.ts'
import { referenceOf } from './reference-of.ts'
import { zoneTrainer } from './zone-trainer.ts'

/** All that is known of a zone now, and why it is not more. */
export interface ZoneReading {
  readonly zone: string
  readonly measure: Measure
  /** Trusted, best first, for `windowForecaster`: measured, then promised. */
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
  /**
   * Fetches a few of the past forecasts that the archive lacks, where the provider keeps them.
   *
   * @returns how many were new
   * @throws AppError what the provider throws
   */
  learnPast(reading: ZoneReading, abort?: AbortSignal): Promise<number>
}

export interface GridReaderOptions {
  /** Most trusted first. Those of another measure are never asked. */
  readonly providers: readonly GridProvider[]
  readonly measure: Measure
  readonly store: SeriesStore
  readonly archive: ForecastArchive
  /** How long an answer is good enough not to ask again, at least. */
  readonly freshForMs?: number
  /** How far from now anybody looks; as far as they like unless told. */
  readonly aheadMs?: number
}

/** One zone, being read. */
interface Reading {
  readonly zone: string
  readonly nowMs: number
  readonly abort: AbortSignal | undefined
  readonly reasons: string[]
}

const DEFAULT_FRESH_MS = 5 * 60_000
const LIVE_MS = 2 * 3_600_000

/**
 * Reads zones from providers in order of trust, through the shared cache, judges every answer, and
 * archives every forecast. The first provider with a trusted forecast is believed; the others are
 * asked only when it fails.
 */
export function gridReader(options: GridReaderOptions): GridReader {
  const { measure, archive, freshForMs = DEFAULT_FRESH_MS } = options
  const providers = options.providers.filter((provider) => sameMeasure(provider, measure))
  const fetched = fetchOnce({ store: options.store })
  const trainer = zoneTrainer(archive, measure, options.aheadMs)
  const keep = archiveOnce(archive)
  const learn = pastLearner(archive)
  const judge = judgeOnce()
  const usual = (zone: string) => climatologyOf(zone, measure)
  const usualReference = referenceKeeper(usual)
  const latestReference = referenceKeeper(usual)

  async function historyOf({ zone, nowMs, abort, reasons }: Reading) {
    const reference = usualReference(zone, undefined, nowMs)
    const context = { nowMs, reference, maxAgeMs: Number.POSITIVE_INFINITY }
    for (const provider of providers) {
      const { history, pastForecasts } = provider
      if (!history) continue
      const answer = await fetched({
        key: keyOf('history', provider, zone),
        nowMs,
        freshUntilMs: () => nowMs + freshForMs,
        fetch: async (last) => {
          const held = last?.series
          const known = { held, reference: referenceOf(held, usual(zone), nowMs) }
          return readHistory({ history, pastForecasts }, { zone, nowMs, abort, ...known })
        },
      }).catch(asReason)
      const trusted = judged(`${provider.name} history`, answer, context, { judge, reasons })
      if (trusted) return trusted
    }
    return undefined
  }

  async function issueOf({ zone, nowMs, abort, reasons }: Reading, past: CarbonSeries | undefined) {
    const reference = latestReference(zone, past, nowMs)
    for (const provider of providers) {
      const { issuedEveryMs = 0 } = provider
      const answer = await fetched({
        key: keyOf('forecast', provider, zone),
        nowMs,
        freshUntilMs: ({ issuedAtMs }) => Math.max(nowMs + freshForMs, issuedAtMs + issuedEveryMs),
        fetch: () => provider.forecast(zone, abort),
      }).catch(asReason)
      const what = `${provider.name} forecast`
      const issue = judged(what, answer, { nowMs, reference }, { judge, reasons })
      if (issue?.quality === 'forecast') await keep(issue)
      // A climatology says so itself, and has its own rung.
      if (issue) return issue.quality === 'climatology' ? undefined : issue
    }
    return undefined
  }

  return {
    async readZone(zone, nowMs, abort) {
      const reasons: string[] = []
      const reading = { zone, nowMs, abort, reasons }
      const history = await historyOf(reading)
      const issue = await issueOf(reading, history)
      const trained = history && (await trainer.trained(history, issue, nowMs))
      const series = [history, issue].filter((each) => each !== undefined)
      const rung = rungOf(zone, measure, series, nowMs)
      return { zone, measure, series, history, trained, rung, reasons }
    },

    async learnPast({ zone, series }, abort) {
      const issue = series.find(({ quality }) => quality === 'forecast')
      const provider = providers.find(({ name }) => name === issue?.source)
      const learnt = issue && provider ? await learn(provider, issue, abort) : 0
      if (learnt > 0) trainer.forget(zone)
      return learnt
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
  { judge, reasons }: { readonly judge: Judge; readonly reasons: string[] },
): CarbonSeries | undefined {
  if (typeof answer === 'string') {
    reasons.push(`${what}: ${answer}`)
    return undefined
  }
  const { series, stale } = answer
  if (stale !== undefined) reasons.push(`${what}: ${stale}; last good answer used`)
  const judgement = judge(series, context)
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
