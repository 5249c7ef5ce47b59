import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Hourly intensity per zone, gCO2e/kWh, from `startMs` on. */
export interface RecordedSeries {
  readonly startMs: number
  readonly hourlyGPerKwh: readonly number[]
}

export interface GridServer {
  readonly url: string
  readonly requests: readonly string[]
  /** What every zone's answer is multiplied by from now on: a change of weather. */
  change(zone: string, factor: number): void
  /** From now on every answer is this status. */
  fail(status: number | undefined): void
  close(): Promise<void>
}

const HOUR_MS = 3_600_000

/**
 * A real HTTP server that speaks Electricity Maps v4 (`latest`, `history`, `forecast`, `zones`) and replays
 * recorded series as if they were issued now.
 */
export async function startGridServer(
  series: Readonly<Record<string, RecordedSeries>>,
  nowMs: () => number = Date.now,
): Promise<GridServer> {
  const requests: string[] = []
  const factors = new Map<string, number>()
  let failure: number | undefined

  const valueAt = (zone: string, atMs: number): number => {
    const { startMs, hourlyGPerKwh } = series[zone]!
    const hours = Math.floor((atMs - startMs) / HOUR_MS)
    const index = ((hours % hourlyGPerKwh.length) + hourlyGPerKwh.length) % hourlyGPerKwh.length
    return Math.round(hourlyGPerKwh[index]! * (factors.get(zone) ?? 1))
  }

  const thisHourMs = () => Math.floor(nowMs() / HOUR_MS) * HOUR_MS
  const measured = (zone: string, atMs: number) => ({
    zone,
    carbonIntensity: valueAt(zone, atMs),
    datetime: new Date(atMs).toISOString(),
    updatedAt: new Date(nowMs()).toISOString(),
    emissionFactorType: 'lifecycle',
    isEstimated: false,
    estimationMethod: null,
  })
  const signals: Readonly<Record<string, (zone: string, query: URLSearchParams) => unknown>> = {
    latest: (zone) => measured(zone, thisHourMs()),
    history: (zone) => ({
      zone,
      temporalGranularity: 'hourly',
      history: Array.from({ length: 24 }, (_, hour) =>
        measured(zone, thisHourMs() - (23 - hour) * HOUR_MS),
      ),
    }),
    forecast: (zone, query) => ({
      zone,
      temporalGranularity: 'hourly',
      updatedAt: new Date(nowMs()).toISOString(),
      forecast: Array.from({ length: Number(query.get('horizonHours') ?? 24) + 1 }, (_, hour) => ({
        carbonIntensity: valueAt(zone, thisHourMs() + hour * HOUR_MS),
        datetime: new Date(thisHourMs() + hour * HOUR_MS).toISOString(),
      })),
    }),
  }

  const answer = ({ pathname, searchParams }: URL): [status: number, body: unknown] => {
    if (failure !== undefined) return [failure, { error: 'told to fail' }]
    if (pathname === '/v4/zones') {
      const access = ['carbon-intensity/latest', 'carbon-intensity/forecast']
      return [200, Object.fromEntries(Object.keys(series).map((key) => [key, { access }]))]
    }
    const zone = searchParams.get('zone') ?? ''
    if (!series[zone]) return [404, { error: `Zone '${zone}' does not exist` }]
    const signal = signals[pathname.replace('/v4/carbon-intensity/', '')]
    if (!signal) return [401, { error: `Request unauthorized for zoneKey=${zone}` }]
    return [200, signal(zone, searchParams)]
  }

  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    const [status, body] = answer(new URL(request.url ?? '/', 'http://grid'))
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    change: (zone, factor) => void factors.set(zone, factor),
    fail: (status) => {
      failure = status
    },
    close: () => closed(server),
  }
}

/** Listens on a free loopback port. */
export const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

export const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.closeAllConnections()
    server.close(() => resolve())
  })
