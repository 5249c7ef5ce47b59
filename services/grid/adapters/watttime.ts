import { type Static, type TSchema, Type } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import type { CarbonSeries } from '../../domain/carbon-series.ts'
import { NotFound, UpstreamMalformed } from '../../domain/errors.ts'
import { gPerKwhFromLbPerMwh, msFromSeconds } from '../../domain/units.ts'
import { getShaped, type HttpClient, type HttpRequest } from '../../platform/http.ts'
import { bearerSession } from '../bearer-session.ts'
import { instantMs } from '../instant.ts'
import type { GridProvider } from '../port.ts'
import { type SeriesHead, seriesFrom } from '../series-from.ts'
import { providerZone } from '../zones.ts'

/** Only what we use, and strictly: a renamed field or another unit must fail here, loudly. */
const Meta = {
  data_point_period_seconds: Type.Integer({ minimum: 60, maximum: 86_400 }),
  units: Type.Literal('lbs_co2_per_mwh'),
}
const Point = Type.Object({ point_time: Type.String(), value: Type.Number() })
const Forecast = Type.Object({
  data: Type.Array(Point, { minItems: 1 }),
  meta: Type.Object({ ...Meta, generated_at: Type.String() }),
})
const PastForecasts = Type.Object({
  data: Type.Array(
    Type.Object({ generated_at: Type.String(), forecast: Type.Array(Point, { minItems: 1 }) }),
  ),
  meta: Type.Object(Meta),
})
const ImputablePoint = Type.Object({
  ...Point.properties,
  imputed_data_used: Type.Optional(Type.Boolean()),
})
const History = Type.Object({ data: Type.Array(ImputablePoint), meta: Type.Object(Meta) })
const Access = Type.Object({
  signal_types: Type.Array(
    Type.Object({
      signal_type: Type.String(),
      regions: Type.Array(
        Type.Object({
          region: Type.String(),
          endpoints: Type.Array(Type.Object({ endpoint: Type.String() })),
        }),
      ),
    }),
  ),
})
const forecastShape = Compile(Forecast)
const pastForecastsShape = Compile(PastForecasts)
const historyShape = Compile(History)
const accessShape = Compile(Access)
const loginShape = Compile(Type.Object({ token: Type.String({ minLength: 1 }) }))

export interface WattTimeOptions {
  readonly user: string
  readonly password: string
  readonly baseUrl?: string
  /** `co2_aoer` has history only. */
  readonly signalType?: 'co2_moer' | 'co2_aoer'
  /** 0 to 72. */
  readonly horizonHours?: number
  /** Zone key of the fleet file -> WattTime region, beyond the catalogue. */
  readonly zones?: Readonly<Record<string, string>>
  /** Never the wall clock: summer time would keep a dead token alive for an hour. */
  readonly monotonicMs?: () => number
}

/** 3,000 calls per rolling 5 minutes and user, by the published rate limit. */
export const wattTimeBudget = { requests: 3000, perMs: 5 * 60_000 }
const TOKEN_LIFE_MS = 30 * 60_000
const RENEW_EARLY_MS = 60_000
const ISSUED_EVERY_MS = 5 * 60_000
const DAY_MS = 86_400_000
const LONGEST_HORIZON_HOURS = 72

/** WattTime v3: marginal or average operating emissions at the stack. https://docs.watttime.org */
export function wattTime(http: HttpClient, options: WattTimeOptions): GridProvider {
  const { signalType = 'co2_moer', zones } = options
  const horizon = { horizon_hours: options.horizonHours ?? LONGEST_HORIZON_HOURS }
  const marginal = signalType === 'co2_moer'
  const name = marginal ? 'watttime' : 'watttime-average'
  const ask = asker(http, name, { ...options, signalType })
  const about = (zone: string): About => ({
    zone,
    source: name,
    signal: marginal ? 'marginal' : 'average',
    basis: 'direct',
  })

  return {
    name,
    signal: marginal ? 'marginal' : 'average',
    basis: 'direct',

    issuedEveryMs: ISSUED_EVERY_MS,

    async forecast(zone, abort): Promise<CarbonSeries> {
      if (!marginal) throw new NotFound(`${name}: average emissions have no forecast`)
      const { data, meta } = await ask(forecastShape, '/v3/forecast', zone, horizon, abort)
      return issueOf(about(zone), meta.generated_at, data, meta)
    },

    async history(zone, fromMs, toMs, abort) {
      const pages: Static<typeof History>[] = []
      for (const range of daysOf(fromMs, toMs)) {
        const query = { ...range, include_imputed_marker: true }
        pages.push(await ask(historyShape, '/v3/historical', zone, query, abort))
      }
      const periods = new Set(pages.map((page) => page.meta.data_point_period_seconds))
      if (periods.size > 1) {
        throw new UpstreamMalformed('pages have different periods', { upstream: name })
      }
      return seriesFrom(
        { ...about(zone), issuedAtMs: toMs, quality: 'live' },
        pages.flatMap((page) =>
          page.data.map((row) => ({
            ...pointOf(name, row),
            estimated: row.imputed_data_used ?? false,
          })),
        ),
        msFromSeconds([...periods][0]!),
      )
    },

    /** A day is 288 issues of up to 864 points: ask for the minutes that matter. */
    async pastForecasts(zone, fromMs, toMs, abort) {
      if (!marginal) throw new NotFound(`${name}: average emissions have no forecast`)
      const issues: CarbonSeries[] = []
      for (const range of daysOf(fromMs, toMs)) {
        const query = { ...range, ...horizon }
        const path = '/v3/forecast/historical'
        const { data, meta } = await ask(pastForecastsShape, path, zone, query, abort)
        const issue = (each: (typeof data)[number]) =>
          issueOf(about(zone), each.generated_at, each.forecast, meta)
        issues.push(...data.map(issue))
      }
      return issues
    },

    async access(zone, abort) {
      const answer = await ask(accessShape, '/v3/my-access', zone, {}, abort)
      return describeAccess(answer, providerZone(name, zone, zones), signalType)
    },
  }
}

type About = Omit<SeriesHead, 'issuedAtMs' | 'quality'>

const pointOf = (name: string, { point_time, value }: Static<typeof Point>) => ({
  startMs: instantMs(name, point_time),
  carbonGPerKwh: gPerKwhFromLbPerMwh(value),
})

function issueOf(
  about: About,
  generatedAt: string,
  points: readonly Static<typeof Point>[],
  { data_point_period_seconds: periodSeconds }: { readonly data_point_period_seconds: number },
): CarbonSeries {
  const issuedAtMs = instantMs(about.source, generatedAt)
  return seriesFrom(
    { ...about, issuedAtMs, quality: 'forecast' },
    points.map((point) => pointOf(about.source, point)),
    msFromSeconds(periodSeconds),
  )
}

/** Asks with a token for one region and the account's kind of signal. */
function asker(http: HttpClient, name: string, options: WattTimeOptions) {
  const { baseUrl = 'https://api.watttime.org', user, password, monotonicMs, zones } = options
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const login = { url: `${baseUrl}/login`, headers: { authorization: basic } }
  const authorised = bearerSession({
    login: async () => (await getShaped(http, name, loginShape, login)).token,
    lifeMs: TOKEN_LIFE_MS - RENEW_EARLY_MS,
    ...(monotonicMs && { monotonicMs }),
  })
  return <Schema extends TSchema>(
    shape: Validator<Record<never, never>, Schema>,
    path: string,
    zone: string,
    more: NonNullable<HttpRequest['query']>,
    abort: AbortSignal | undefined,
  ): Promise<Static<Schema>> => {
    const region = providerZone(name, zone, zones)
    const query = { region, signal_type: options.signalType!, ...more }
    const request = { url: `${baseUrl}${path}`, query, abort }
    return authorised((headers) => getShaped(http, name, shape, { ...request, headers }))
  }
}

/** At most a day a call (the service allows 32, and answers slowly); its `end` is inclusive. */
function daysOf(fromMs: number, toMs: number) {
  return Array.from({ length: Math.ceil((toMs - fromMs) / DAY_MS) }, (_, day) => {
    const startMs = fromMs + day * DAY_MS
    const endMs = Math.min(startMs + DAY_MS, toMs) - 1000
    const start = new Date(startMs).toISOString()
    return { start, end: new Date(endMs).toISOString() }
  })
}

function describeAccess(answer: Static<typeof Access>, region: string, signalType: string): string {
  const endpoints = answer.signal_types
    .flatMap((type) => type.regions)
    .filter((entry) => entry.region === region)
    .flatMap((entry) => entry.endpoints.map(({ endpoint }) => endpoint))
  return endpoints.length > 0
    ? `${region} ${signalType}: ${endpoints.join(', ')}`
    : `no access to ${signalType} in ${region}`
}
