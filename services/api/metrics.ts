import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** Measures every answer, by operation: paths would make a new time series for each id. */
export function measureRequests(app: FastifyInstance, registry: Registry): void {
  const duration = new Histogram({
    name: 'gridtide_http_request_seconds',
    help: 'Time to answer, by operation and status.',
    labelNames: ['operation', 'status'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  })
  const known = new Map<string, Histogram.Internal<'operation' | 'status'>>()
  app.addHook('onResponse', (request, { statusCode: status, elapsedTime }, done) => {
    const operation = request.routeOptions.schema?.operationId ?? 'none'
    const key = `${operation} ${status}`
    const series = known.get(key) ?? duration.labels({ operation, status })
    known.set(key, series)
    series.observe(elapsedTime / 1000)
    done()
  })
}

/** How many follow the event stream, and how many were cut for not keeping up. */
export function eventStreamMetrics(registry: Registry) {
  return {
    clients: new Gauge({
      name: 'gridtide_event_stream_clients',
      help: 'Open event streams.',
      registers: [registry],
    }),
    cut: new Counter({
      name: 'gridtide_event_stream_cut_total',
      help: 'Event streams closed because the client did not keep up.',
      registers: [registry],
    }),
  }
}
