import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { CarbonBasis } from '../../domain/carbon-series.ts'
import { NotFound, UpstreamMalformed, UpstreamRefused } from '../../domain/errors.ts'
import { getShaped, type HttpClient } from '../../platform/http.ts'
import { instantMs, minuteStamp } from '../instant.ts'
import type { GridProvider } from '../port.ts'
import { type Point, seriesFrom } from '../series-from.ts'

const Row = Type.Object({
  carbonIntensity: Type.Union([Type.Number(), Type.Null()]),
  datetime: Type.String(),
  isEstimated: Type.Optional(Type.Boolean()),
  estimationMethod: Type.Optional(Type.Union([Type.String(), Type.Null()])),
})
const rows = Type.Optional(Type.Array(Row))
/** The array's name differs by endpoint and version. */
const Answer = Type.Object({
  zone: Type.String(),
  data: rows,
  history: rows,
  forecast: rows,
  updatedAt: Type.Optional(Type.String()),
  temporalGranularity: Type.Optional(Type.String()),
})
const Zones = Type.Record(
  Type.String(),
  Type.Object({ access: Type.Optional(Type.Array(Type.String())) }),
)
const answerShape = Compile(Answer)
const zonesShape = Compile(Zones)

export interface ElectricityMapsOptions {
  readonly token: string
  readonly version?: 'v3' | 'v4'
  readonly baseUrl?: string
  readonly emissionFactorType?: 'lifecycle' | 'direct'
  /** Zone key of the fleet file -> theirs, where it differs. */
  readonly zones?: Readonly<Record<string, string>>
  /** Trial keys answer with made-up numbers; true accepts them, for a demonstration. */
  readonly allowSandbox?: boolean
}

/** What a plan may allow, longest first; the service answers 400 or 401 to what it does not. */
const HORIZONS_HOURS = [72, 48, 24, 6]
const PERIODS_MS: Readonly<Record<string, number>> = {
  '5_minutes': 300_000,
  '15_minutes': 900_000,
  hourly: 3_600_000,
}
const LONGEST_RANGE_MS = 10 * 86_400_000
const RECENT_MS = 23 * 3_600_000

/** Electricity Maps: average, flow-traced consumption. https://portal.electricitymaps.com/docs */
export function electricityMaps(http: HttpClient, options: ElectricityMapsOptions): GridProvider {
  const { token, version = 'v4', emissionFactorType = 'lifecycle', zones = {} } = options
  const baseUrl = `${options.baseUrl ?? 'https://api.electricitymaps.com'}/${version}`
  const name = 'electricity-maps'
  const headers = { 'auth-token': token }
  const basis: CarbonBasis = emissionFactorType
  let horizonHours: number | undefined

  async function ask(
    path: string,
    zone: string,
    query: Record<string, string | number>,
    abort?: AbortSignal,
  ) {
    const theirs = zones[zone] ?? zone
    const answer = await getShaped(http, name, answerShape, {
      url: `${baseUrl}/carbon-intensity/${path}`,
      // Without it a zone they do not know becomes the caller's own, silently.
      query: { zone: theirs, disableCallerLookup: true, emissionFactorType, ...query },
      headers,
      abort,
    })
    if (answer.zone !== theirs) {
      throw new UpstreamMalformed(`asked for ${theirs}, got ${answer.zone}`, { upstream: name })
    }
    return answer
  }

  async function askForecast(zone: string, abort?: AbortSignal) {
    for (const hours of horizonHours ? [horizonHours] : HORIZONS_HOURS) {
      const answer = await ask('forecast', zone, { horizonHours: hours }, abort).catch(tooLong)
      if (answer === undefined) continue
      horizonHours = hours
      return answer
    }
    throw new NotFound(`${name}: the plan gives no forecast for ${zone}`)
  }

  const pointsOf = (answer: Static<typeof Answer>) =>
    points(name, answer, options.allowSandbox === true)
  const about = (zone: string) => ({ zone, source: name, signal: 'average', basis }) as const

  return {
    name,
    signal: 'average',
    basis,

    async forecast(zone, abort) {
      const answer = await askForecast(zone, abort)
      if (answer.updatedAt === undefined) {
        throw new UpstreamMalformed('forecast without updatedAt', { upstream: name })
      }
      const issuedAtMs = instantMs(name, answer.updatedAt)
      return seriesFrom(
        { ...about(zone), issuedAtMs, quality: 'forecast' },
        pointsOf(answer),
        periodOf(answer),
      )
    },

    /** The last day by `history`, which every plan has; older by `past-range`, in blocks. */
    async history(zone, fromMs, toMs, abort) {
      const answers = []
      for (const { path, query } of requestsFor(fromMs, toMs)) {
        answers.push(await ask(path, zone, query, abort))
      }
      const inside = answers
        .flatMap(pointsOf)
        .filter(({ startMs }) => startMs >= fromMs && startMs < toMs)
      return seriesFrom(
        { ...about(zone), issuedAtMs: toMs, quality: 'live' },
        inside,
        periodOf(answers[0]),
      )
    },

    async access(zone, abort) {
      const theirs = zones[zone] ?? zone
      const request = { url: `${baseUrl}/zones`, headers, abort }
      const access = (await getShaped(http, name, zonesShape, request))[theirs]?.access
      return access ? `${theirs}: ${access.join(', ')}` : `no access to ${theirs}`
    },
  }
}

function requestsFor(fromMs: number, toMs: number) {
  if (toMs - fromMs <= RECENT_MS) return [{ path: 'history', query: {} }]
  return Array.from({ length: Math.ceil((toMs - fromMs) / LONGEST_RANGE_MS) }, (_, block) => {
    const startMs = fromMs + block * LONGEST_RANGE_MS
    const end = minuteStamp(Math.min(startMs + LONGEST_RANGE_MS, toMs))
    return { path: 'past-range', query: { start: minuteStamp(startMs), end } }
  })
}

const periodOf = (answer: Static<typeof Answer> | undefined): number | undefined =>
  PERIODS_MS[answer?.temporalGranularity ?? 'hourly']

/** 400 is a horizon the service does not know, 401 one the plan does not include. */
function tooLong(error: unknown): undefined {
  if (error instanceof UpstreamRefused && (error.httpStatus === 400 || error.httpStatus === 401)) {
    return undefined
  }
  throw error
}

function points(name: string, answer: Static<typeof Answer>, allowSandbox: boolean): Point[] {
  return (answer.data ?? answer.history ?? answer.forecast ?? []).flatMap((row) => {
    if (row.estimationMethod === 'SANDBOX_MODE_DATA' && !allowSandbox) {
      throw new UpstreamMalformed('sandbox numbers, which are made up', { upstream: name })
    }
    const { carbonIntensity, isEstimated } = row
    if (carbonIntensity === null) return []
    return {
      startMs: instantMs(name, row.datetime),
      carbonGPerKwh: carbonIntensity,
      ...(isEstimated !== undefined && { estimated: isEstimated }),
    }
  })
}
