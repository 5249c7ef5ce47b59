import { randomUUID } from 'node:crypto'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import type { Log } from '../platform/log.ts'
import type { JobQueue } from '../queue/index.ts'
import type { Security } from './access/authenticator.ts'
import { guard } from './access/guard.ts'
import { limitAtOnce } from './at-once.ts'
import { closeGently } from './close-gently.ts'
import { answerProblems, sendProblem } from './error-handler.ts'
import { keepAnswers } from './idempotency.ts'
import { type ApiLimits, DEFAULT_LIMITS } from './limits.ts'
import { logRequestIds } from './log-request-ids.ts'
import { measureRequests } from './metrics.ts'
import { openapi } from './openapi.ts'
import { pageRoute } from './page.ts'
import type { ApiPorts } from './ports.ts'
import { queueBoardRoute } from './queue-board.ts'
import { mountRoutes } from './routes.ts'
import { DATA_HEADERS } from './security-headers.ts'
import { sharedSerializers } from './serializers.ts'
import { typeboxValidator, wrongInRequest } from './validation.ts'

export interface ApiOptions {
  readonly security: Security
  readonly version: string
  readonly log?: Log
  readonly nowMs?: () => number
  readonly limits?: Partial<ApiLimits>
  /** Folder of the built dashboard; without it there is nothing at `/`. */
  readonly pageFolder?: string | undefined
  /** Its jobs are shown at `/admin/queues`. */
  readonly queue?: Pick<JobQueue, 'board'>
  /** Each request begins a span, or goes on with the trace that its caller names. */
  readonly traced?: boolean
  /** Addresses and CIDR ranges of proxies: callers behind them are told apart by X-Forwarded-For. */
  readonly trustedProxies?: readonly string[] | undefined
}

/**
 * The whole HTTP API, ready for `listenSafely` or `inject`. It owns no state but caches: whoever
 * hands in the ports closes them.
 */
export async function buildApp(ports: ApiPorts, options: ApiOptions): Promise<FastifyInstance> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const nowMs = options.nowMs ?? Date.now
  const app = Fastify({
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs, // Fastify switches off what Node has by default
    http: {
      headersTimeout: Math.min(60_000, limits.requestMs),
      connectionsCheckingInterval: Math.min(30_000, limits.requestMs / 2),
    },
    genReqId: () => randomUUID(), // never the caller's: it goes into logs
    requestIdHeader: false,
    logController: new LogController({ disableRequestLogging: true }), // metrics count, logs explain
    return503OnClosing: false, // who asked in time is answered
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply),
    routerOptions: { maxParamLength: 256 },
    schemaErrorFormatter: wrongInRequest,
    schemaController: { compilersFactory: { buildSerializer: sharedSerializers() } },
    // Without keys the name by which we are called is what counts, and no header may change it.
    ...(options.security.mode === 'closed' &&
      options.trustedProxies && { trustProxy: [...options.trustedProxies] }),
    ...(options.log && { loggerInstance: options.log as never }),
    // A child for each request would cost more than the guard; lines that need it name the request.
    childLoggerFactory: (log) => log,
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(typeboxValidator as never)
  app.removeContentTypeParser('text/plain') // no route reads it
  answerProblems(app)
  closeGently(app)

  if (options.traced) await traceRequests(app)
  await app.register(swagger, openapi(options.version))
  // Hooks that wait for nothing call back: a promise each would slow every answer down.
  app.addHook('onRequest', ({ id }, reply, done) => {
    reply.headers(DATA_HEADERS).header('x-request-id', id)
    done()
  })
  logRequestIds(app)
  measureRequests(app, ports.metrics) // first: refusals are answers too
  const stillCalls = guard(app, ports, { security: options.security, nowMs, ...limits })
  limitAtOnce(app, limits)
  keepAnswers(app, ports.answers, { nowMs, longestMs: limits.simulationMs })
  mountRoutes(app, ports, { nowMs, limits, stillCalls })
  if (options.queue) app.register(queueBoardRoute, { queue: options.queue })
  if (options.pageFolder) app.register(pageRoute, { folder: options.pageFolder })
  await app.ready()
  return app
}

/** Loaded by those alone who trace. */
async function traceRequests(app: FastifyInstance): Promise<void> {
  const { FastifyOtelInstrumentation } = await import('@fastify/otel')
  await app.register(new FastifyOtelInstrumentation().plugin())
}
