import { JSONPath } from 'jsonpath-plus'
import type { CarbonBasis, CarbonSignal } from '../../domain/carbon-series.ts'
import { InvalidInput, UpstreamMalformed } from '../../domain/errors.ts'
import type { HttpClient } from '../../platform/http.ts'
import { instantMs } from '../instant.ts'
import type { GridProvider } from '../port.ts'
import { type Point, seriesFrom } from '../series-from.ts'

export interface HttpJsonOptions {
  /** `{zone}` stands for the zone. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** JSONPath of the slots. */
  readonly slots?: string
  readonly timeField?: string
  readonly valueField?: string
  readonly slotMinutes?: number
  readonly signal?: CarbonSignal
  readonly basis?: CarbonBasis
  readonly zones?: Readonly<Record<string, string>>
  readonly nowMs?: () => number
}

const MINUTE_MS = 60_000

/**
 * Any JSON endpoint that answers a list of slots with a time and gCO2e/kWh.
 *
 * @throws InvalidInput where the path is no JSONPath
 */
export function httpJson(http: HttpClient, options: HttpJsonOptions): GridProvider {
  const { url, headers = {}, slots = '$[*]', zones = {}, nowMs = Date.now } = options
  const { signal = 'average', basis = 'lifecycle', slotMinutes = 60 } = options
  const name = 'http-json'
  // No script in the path, ever: an answer's author must not run code here.
  if (/[?(]/.test(slots)) throw new InvalidInput(`${name}: ${slots} may not compute`)

  return {
    name,
    signal,
    basis,

    /** No issue time is known: when it was asked, to the minute. */
    async forecast(zone, abort) {
      const place = encodeURIComponent(zones[zone] ?? zone)
      const request = { url: url.replaceAll('{zone}', place), headers, abort }
      const { body } = await http.send(name, request)
      if (typeof body !== 'object' || body === null) {
        throw new UpstreamMalformed('not JSON', { upstream: name })
      }
      const found = JSONPath<unknown[]>({ path: slots, json: body, eval: false, wrap: true })
      const points = found.map((slot) => pointOf(name, slot, options))
      const issuedAtMs = Math.floor(nowMs() / MINUTE_MS) * MINUTE_MS
      const head = { zone, source: name, signal, basis, issuedAtMs, quality: 'forecast' } as const
      return seriesFrom(head, points, slotMinutes * MINUTE_MS)
    },
  }
}

function pointOf(name: string, slot: unknown, options: HttpJsonOptions): Point {
  const { timeField = 'datetime', valueField = 'carbonIntensity' } = options
  const fields = Object(slot) as Record<string, unknown>
  const time = fields[timeField]
  const carbonGPerKwh = fields[valueField]
  if (typeof time !== 'string' || typeof carbonGPerKwh !== 'number') {
    throw new UpstreamMalformed(`a slot without ${timeField} or ${valueField}`, { upstream: name })
  }
  return { startMs: instantMs(name, time), carbonGPerKwh }
}
