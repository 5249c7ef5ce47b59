import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { getShaped, type HttpClient } from '../../platform/http.ts'
import { instantMs, minuteStamp } from '../instant.ts'
import type { GridProvider } from '../port.ts'
import { seriesFrom } from '../series-from.ts'
import { providerZone } from '../zones.ts'

const shape = Compile(
  Type.Object({
    records: Type.Array(
      Type.Object({
        Minutes5UTC: Type.String(),
        PriceArea: Type.String(),
        CO2Emission: Type.Union([Type.Number(), Type.Null()]),
      }),
    ),
  }),
)

export interface EnerginetOptions {
  readonly baseUrl?: string
  readonly zones?: Readonly<Record<string, string>>
  readonly nowMs?: () => number
}

const FIVE_MINUTES_MS = 300_000
const HOUR_MS = 3_600_000
/** `start` and `end` are Danish local time: ask for more, and keep by the UTC column. */
const LOCAL_MARGIN_MS = 3 * HOUR_MS

/**
 * Energinet's CO2 prognosis and CO2 emission for West and East Denmark: average, at the stack.
 * Keyless. https://www.energidataservice.dk/tso-electricity/CO2EmisProg
 */
export function energinet(http: HttpClient, options: EnerginetOptions = {}): GridProvider {
  const { baseUrl = 'https://api.energidataservice.dk', nowMs = Date.now, zones } = options
  const name = 'energinet'
  const about = (zone: string) =>
    ({ zone, source: name, signal: 'average', basis: 'direct' }) as const

  async function ask(
    dataset: string,
    zone: string,
    fromMs: number,
    toMs: number,
    abort?: AbortSignal,
  ) {
    const area = providerZone(name, zone, zones)
    const local = (atMs: number) => minuteStamp(atMs).slice(0, -1)
    const query = {
      start: local(fromMs - LOCAL_MARGIN_MS),
      end: local(toMs + LOCAL_MARGIN_MS),
      filter: JSON.stringify({ PriceArea: [area] }),
      limit: 0,
    }
    const request = { url: `${baseUrl}/dataset/${dataset}`, query, abort }
    const { records } = await getShaped(http, name, shape, request)
    return records
      .filter((record) => record.PriceArea === area)
      .flatMap(({ Minutes5UTC, CO2Emission }) =>
        CO2Emission === null
          ? []
          : { startMs: instantMs(name, Minutes5UTC, true), carbonGPerKwh: CO2Emission },
      )
      .filter(({ startMs }) => startMs >= fromMs && startMs < toMs)
  }

  return {
    name,
    signal: 'average',
    basis: 'direct',
    issuedEveryMs: HOUR_MS,

    /** No issue time is published; the prognosis changes with the hour. */
    async forecast(zone, abort) {
      const fromMs = Math.floor(nowMs() / FIVE_MINUTES_MS) * FIVE_MINUTES_MS
      const points = await ask('CO2EmisProg', zone, fromMs, fromMs + 72 * HOUR_MS, abort)
      const issuedAtMs = Math.floor(nowMs() / HOUR_MS) * HOUR_MS
      const head = { ...about(zone), issuedAtMs, quality: 'forecast' } as const
      return seriesFrom(head, points, FIVE_MINUTES_MS)
    },

    async history(zone, fromMs, toMs, abort) {
      const points = await ask('CO2Emis', zone, fromMs, toMs, abort)
      const head = { ...about(zone), issuedAtMs: toMs, quality: 'live' } as const
      return seriesFrom(head, points, FIVE_MINUTES_MS)
    },
  }
}
