import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, type Registry } from 'prom-client'
import { secondsFromMs } from '../domain/units.ts'
import { requestTimes } from './request-times.ts'

/** Of a request whose caller hung up before its answer began, as nginx counts it. */
const HUNG_UP = 499

/**
 * Measures every answer, by operation: paths would make a new time series for each id. One that is
 * cut off on its way, or a stream of events, lasted as long as its caller liked: not measured.
 */
export function measureRequests(app: FastifyInstance, registry: Registry): void {
  const { metric, observe } = requestTimes(
    'gridtide_http_request_seconds',
    'Time to answer, by operation and status.',
  )
  registry.registerMetric(metric)
  app.addHook('onRequest', (request, reply, done) => {
    const { raw } = reply
    raw.on('close', () => {
      const isStream = reply.getHeader('content-type') === 'text/event-stream'
      if (raw.headersSent && (isStream || !raw.writableEnded)) return
      observe(
        request.routeOptions.schema?.operationId ?? 'none',
        raw.headersSent ? reply.statusCode : HUNG_UP,
        secondsFromMs(reply.elapsedTime),
      )
    })
    done()
  })
}

/** @param awaySeconds looked at whenever the metrics are read */
export function identityProviderMetric(registry: Registry, awaySeconds: () => number): void {
  new Gauge({
    name: 'gridtide_identity_provider_away_seconds',
    help: 'For how long the identity provider has not told its keys; 0 where it does.',
    registers: [registry],
    collect() {
      this.set(awaySeconds())
    },
  })
}

/**
 * How many streams are open, and how many were cut for not keeping up.
 *
 * @param openStreams looked at whenever the metrics are read
 */
export function eventStreamMetrics(registry: Registry, openStreams: () => number) {
  new Gauge({
    name: 'gridtide_event_stream_clients',
    help: 'Open streams of events and of the grid.',
    registers: [registry],
    collect() {
      this.set(openStreams())
    },
  })
  return {
    cut: new Counter({
      name: 'gridtide_event_stream_cut_total',
      help: 'Streams closed because the client did not keep up.',
      registers: [registry],
    }),
  }
}
