import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { closed, listen } from './grid-server.ts'

/** One series as an exporter shows it: a gauge by its value, a counter by its growth per second. */
export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value?: number
  readonly perSecond?: number
}

export interface PrometheusServer {
  readonly url: string
  /** Replaces all that is scraped. */
  show(series: readonly Series[]): void
  /** Queries that were answered, in order. */
  readonly queries: readonly string[]
  close(): Promise<void>
}

const SUM =
  /^sum\((?<rate>rate\()?(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>[^}]*)\})?(?:\[(?<window>\d+)s\])?\)?\)(?: \/ (?<divisor>\d+))?$/
const QUANTILE =
  /^histogram_quantile\(0\.95, sum by \(le\) \(rate\([\w:]+_bucket(\{[^}]*\})?\[\d+s\]\)\)\)$/

/**
 * Prometheus' instant query over HTTP, for the queries that Gridtide asks: a form by POST; sums of
 * gauges and of rates, joined by `or`; samples as strings. Histograms are never scraped, so a
 * quantile is an empty vector. Anything else is refused as Prometheus refuses what it cannot parse.
 */
export async function startPrometheus(): Promise<PrometheusServer> {
  let scraped: readonly Series[] = []
  const queries: string[] = []
  const server = createServer(async (request, response) => {
    const type = request.headers['content-type']
    const body = await text(request)
    const isAsked = request.method === 'POST' && request.url === '/api/v1/query'
    const query = new URLSearchParams(body).get('query')
    response.setHeader('content-type', 'application/json')
    const result =
      isAsked && type === 'application/x-www-form-urlencoded' && query
        ? evaluate(query, scraped)
        : undefined
    if (result === undefined) {
      const error = { status: 'error', errorType: 'bad_data', error: `cannot parse ${query}` }
      response.writeHead(400).end(JSON.stringify(error))
      return
    }
    queries.push(query!)
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }))
  })
  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}`,
    show: (series) => {
      scraped = series
    },
    queries,
    close: () => closed(server),
  }
}

/** The first part of an `or` that has any series; undefined where a part cannot be parsed. */
function evaluate(query: string, scraped: readonly Series[]) {
  const parts = query.split(' or ').map((part) => answerTo(part, scraped))
  if (parts.some((part) => part === undefined)) return undefined
  const value = parts.find((part) => part !== 'none')
  return value === undefined
    ? []
    : [{ metric: {}, value: [Math.floor(Date.now() / 1000), String(value)] }]
}

function answerTo(part: string, scraped: readonly Series[]): number | 'none' | undefined {
  if (QUANTILE.test(part)) return 'none'
  const { rate, name, labels, window, divisor } = SUM.exec(part)?.groups ?? {}
  if (name === undefined || (rate === undefined) !== (window === undefined)) return undefined
  const wanted = Object.fromEntries(
    [...(labels ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
  )
  const matching = scraped.filter(
    (one) =>
      one.name === name &&
      Object.entries(wanted).every(([key, value]) => one.labels[key] === value),
  )
  if (matching.length === 0) return 'none'
  const sum = matching.reduce((total, one) => total + (rate ? one.perSecond! : one.value!), 0)
  return sum / Number(divisor ?? 1)
}
