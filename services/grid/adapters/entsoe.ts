import { XMLParser } from 'fast-xml-parser'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { UpstreamMalformed } from '../../domain/errors.ts'
import type { HttpClient } from '../../platform/http.ts'
import { type Fuel, type Generation, mixProvider } from '../fuel-mix.ts'
import { instantMs } from '../instant.ts'
import type { GridProvider } from '../port.ts'

const Period = Type.Object({
  timeInterval: Type.Object({ start: Type.String(), end: Type.String() }),
  resolution: Type.String(),
  Point: Type.Array(Type.Object({ position: Type.String(), quantity: Type.String() })),
})
const TimeSeries = Type.Object({
  MktPSRType: Type.Object({ psrType: Type.String() }),
  /** Consumption of pumps and auxiliaries carries the out-domain instead. */
  'inBiddingZone_Domain.mRID': Type.Optional(Type.Unknown()),
  Period: Type.Array(Period),
})
const shape = Compile(
  Type.Object({ GL_MarketDocument: Type.Object({ TimeSeries: Type.Array(TimeSeries) }) }),
)

export interface EntsoeOptions {
  readonly token: string
  readonly baseUrl?: string
  readonly zones?: Readonly<Record<string, string>>
}

/** PSR types of the code list; B10 is pumped storage, which moves energy and makes none. */
const FUELS: Readonly<Record<string, Fuel>> = {
  B01: 'biomass',
  B02: 'coal',
  B03: 'gas',
  B04: 'gas',
  B05: 'coal',
  B06: 'oil',
  B07: 'oil',
  B08: 'coal',
  B09: 'geothermal',
  B11: 'hydro',
  B12: 'hydro',
  B13: 'hydro',
  B14: 'nuclear',
  B15: 'hydro',
  B16: 'solar',
  B17: 'biomass',
  B18: 'wind',
  B19: 'wind',
  B20: 'other',
}
const RESOLUTION_MS: Readonly<Record<string, number>> = {
  PT15M: 900_000,
  PT30M: 1_800_000,
  PT60M: 3_600_000,
}
const HOUR_MS = 3_600_000
const REPEATED = new Set(['TimeSeries', 'Period', 'Point'])
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  // An entity could name a file or grow without end; the platform uses none.
  processEntities: false,
  isArray: (tag) => REPEATED.has(tag),
})

/**
 * ENTSO-E Transparency Platform: actual generation per type (A75), turned into a lifecycle average
 * by our factors. History only. https://transparency.entsoe.eu
 */
export function entsoe(http: HttpClient, options: EntsoeOptions): GridProvider {
  const { token, baseUrl = 'https://web-api.tp.entsoe.eu', zones } = options
  const name = 'entsoe'

  return mixProvider({
    name,
    zones,
    async generation(area, fromMs, toMs, abort) {
      const query = {
        securityToken: token,
        documentType: 'A75',
        processType: 'A16',
        in_Domain: area,
        periodStart: compact(fromMs),
        periodEnd: compact(toMs),
      }
      const { body } = await http.send(name, { url: `${baseUrl}/api`, query, abort })
      return parse(name, body).flatMap((each) => generationOf(name, each))
    },
  })
}

const compact = (atMs: number): string =>
  new Date(atMs).toISOString().replace(/\D/g, '').slice(0, 12)

function parse(name: string, body: unknown): readonly Static<typeof TimeSeries>[] {
  let document: unknown
  try {
    document = parser.parse(String(body))
  } catch {
    document = undefined
  }
  // Errors come as an acknowledgement document with status 200.
  if (!shape.Check(document)) {
    throw new UpstreamMalformed('no generation document', { upstream: name })
  }
  return document.GL_MarketDocument.TimeSeries
}

function generationOf(name: string, series: Static<typeof TimeSeries>): Generation[] {
  const fuel = FUELS[series.MktPSRType.psrType]
  if (!fuel || series['inBiddingZone_Domain.mRID'] === undefined) return []
  return series.Period.flatMap(({ timeInterval, resolution, Point }) => {
    const stepMs = RESOLUTION_MS[resolution]
    if (!stepMs) throw new UpstreamMalformed(`resolution ${resolution}`, { upstream: name })
    const fromMs = instantMs(name, timeInterval.start)
    return filled(Point, (instantMs(name, timeInterval.end) - fromMs) / stepMs).map(
      (mw, index) => ({
        startMs: fromMs + index * stepMs,
        fuel,
        mwh: (mw * stepMs) / HOUR_MS,
      }),
    )
  })
}

/** Curve type A03 leaves out points that repeat the one before. */
function filled(points: Static<typeof Period>['Point'], count: number): number[] {
  const known = new Map(
    points.map(({ position, quantity }) => [Number(position), Number(quantity)]),
  )
  let last = 0
  return Array.from({ length: Math.min(count, 10_000) }, (_, index) => {
    const value = known.get(index + 1)
    if (value !== undefined && Number.isFinite(value)) last = value
    return last
  })
}
