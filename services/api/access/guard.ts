import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type AppError, Forbidden, NotFound } from '../../domain/errors.ts'
import { HttpError } from '../http-error.ts'
import type { ApiPorts, NewAuditEntry, TenantPorts } from '../ports.ts'
import type { Security } from './authenticator.ts'
import { type Access, type Caller, mayUse, SCOPES, type Scope } from './caller.ts'
import { certifiedCaller } from './client-certificate.ts'
import { type Guesses, watchGuesses } from './guesses.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Required on every route; a route without one does not start. */
    access?: Access
    /** The answer holds a secret: it is shown once and kept nowhere. */
    secret?: boolean
    /**
     * A browser opens it by itself and can send no bearer: the key may come as the password of
     * Basic authentication. For pages that change nothing, since a browser sends that unasked.
     */
    browsed?: boolean
  }
  interface FastifyRequest {
    caller: Caller
    /** All that a route of this caller can see. */
    tenant: TenantPorts
  }
}

export interface GuardOptions {
  readonly security: Security
  readonly nowMs: () => number
  /** Refused credentials of one address in a minute before it is told to wait. */
  readonly guessesPerMinute: number
  readonly requestsPerMinute: number
}

/** Who calls, whether they may, and how often. Every route passes through here. */
export function guard(app: FastifyInstance, ports: ApiPorts, options: GuardOptions): void {
  const { security, nowMs, guessesPerMinute, requestsPerMinute } = options
  const timeWindow = '1 minute'
  const guesses = watchGuesses(app.createRateLimit({ max: guessesPerMinute, timeWindow }), nowMs)
  const calls = app.createRateLimit({
    max: requestsPerMinute,
    timeWindow,
    keyGenerator: ({ caller }) => `${caller.tenant}/${caller.subject}`,
  })

  app.decorateRequest('caller')
  app.decorateRequest('tenant')
  app.addHook('onRoute', ({ url, config }) => {
    if (config?.access === undefined) throw new Error(`${url} does not say who may use it`)
  })
  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access
    if (access === undefined || access === 'public') return // undefined: the 404 handler
    try {
      request.caller = await whoCalls(request, security, guesses)
      await withinRate(calls, request)
      if (!mayUse(request.caller, access)) throw lacking(access)
      request.tenant = tenantOf(request.caller, ports)
    } catch (error) {
      if (!isRateLimit(error)) {
        ports.record(request.caller?.tenant, entryOf(request, nowMs(), error as AppError))
      }
      throw error
    }
  })
  app.addHook('onResponse', (request, reply, done) => {
    const changed = !READS.has(request.method) && reply.statusCode < 300
    if (changed && request.caller) {
      ports.record(request.caller.tenant, entryOf(request, nowMs()))
    }
    done()
  })
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS'])
const LONGEST_SUBJECT = 300

/** Whoever is over the limit would otherwise fill the audit log instead. */
const isRateLimit = (error: unknown): boolean =>
  error instanceof HttpError && error.code === 'RATE_LIMITED'

type Limiter = ReturnType<FastifyInstance['createRateLimit']>

async function whoCalls(
  request: FastifyRequest,
  security: Security,
  guesses: Guesses,
): Promise<Caller> {
  if (security.mode === 'open') {
    assertLocalName(request.hostname)
    assertOwnPage(request)
    return { subject: 'local', tenant: security.tenant, scopes: SCOPES }
  }
  const waitSeconds = await guesses.waitSeconds(request)
  if (waitSeconds !== undefined) throw tooMany(waitSeconds)
  const credential = credentialOf(request)
  const certified = security.certificates && certifiedCaller(security.certificates, request)
  if (certified && credential === undefined) return certified
  for (const authenticator of credential ? security.authenticators : []) {
    const caller = await authenticator.authenticate(credential!)
    if (caller) return caller
  }
  await guesses.wrong(request)
  throw new HttpError(
    'UNAUTHENTICATED',
    credential
      ? 'this credential is not valid (any more)'
      : 'send a key: `Authorization: Bearer ...`',
    { 'www-authenticate': isBrowsed(request) ? 'Basic realm="Gridtide"' : 'Bearer' },
  )
}

function credentialOf(request: FastifyRequest): string | undefined {
  const { headers } = request
  const key = headers['x-api-key']
  if (typeof key === 'string') return key
  const [scheme, credential] = headers.authorization?.split(' ') ?? []
  if (scheme?.toLowerCase() === 'bearer') return credential
  if (scheme?.toLowerCase() !== 'basic' || !isBrowsed(request)) return undefined
  const pair = Buffer.from(credential ?? '', 'base64').toString()
  return pair.slice(pair.indexOf(':') + 1)
}

const isBrowsed = ({ routeOptions }: FastifyRequest): boolean =>
  routeOptions.config.browsed === true

const LOCAL_NAMES = new Set(['localhost', '127.0.0.1', '[::1]', '::1'])

/** A page elsewhere can point its own name at 127.0.0.1, but cannot take ours (DNS rebinding). */
function assertLocalName(hostname: string): void {
  if (!LOCAL_NAMES.has(hostname)) {
    throw new Forbidden('without keys this service answers to localhost only')
  }
}

/** Without keys a page elsewhere could have its reader's browser ask us to change something (CSRF). */
function assertOwnPage({ headers: { origin }, host }: FastifyRequest): void {
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new Forbidden('without keys this service answers no page but its own')
  }
}

async function withinRate(limiter: Limiter, request: FastifyRequest): Promise<void> {
  const rate = await limiter(request)
  if (!rate.isAllowed && rate.isExceeded) throw tooMany(rate.ttlInSeconds)
}

const tooMany = (waitSeconds: number): HttpError =>
  new HttpError('RATE_LIMITED', `wait ${waitSeconds} s`, { 'retry-after': String(waitSeconds) })

const lacking = (scope: Scope): Forbidden =>
  new Forbidden(`this needs a key with the scope \`${scope}\``)

function tenantOf(caller: Caller, ports: ApiPorts): TenantPorts {
  const tenant = ports.tenant(caller.tenant)
  if (!tenant) throw new NotFound('nothing is planned for your tenant')
  return tenant
}

/** Who did what, or was refused: every call that changes something, and every one denied. */
function entryOf(request: FastifyRequest, nowMs: number, denied?: AppError): NewAuditEntry {
  const { caller, method, routeOptions, url, ip } = request
  return {
    atMs: nowMs,
    actor: caller?.subject ?? 'unknown',
    action: denied ? 'call.denied' : (routeOptions.schema?.operationId ?? method),
    subject: `${method} ${url.split('?')[0]}`.slice(0, LONGEST_SUBJECT),
    outcome: denied ? 'denied' : 'done',
    words: denied ? `${denied.message} (from ${ip})` : `from ${ip}`,
  }
}
