import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type AppError, Forbidden, NotFound } from '../../domain/errors.ts'
import { HttpError } from '../http-error.ts'
import { isRead } from '../is-read.ts'
import type { ApiPorts, NewAuditEntry, TenantPorts } from '../ports.ts'
import type { Security } from './authenticator.ts'
import { callAllowance } from './call-allowance.ts'
import { type Access, type Caller, mayUse, type Scope } from './caller.ts'
import { policyOf, rateLimitOf } from './rate-limit-headers.ts'
import { type StillCalls, stillCalls } from './still-calls.ts'
import { tooMany } from './too-many.ts'
import { identifyBy, whoCalls } from './who-calls.ts'

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

/**
 * Who calls, whether they may, and how often. Every route passes through here.
 *
 * @returns whether a caller that was let in still would be
 */
export function guard(app: FastifyInstance, ports: ApiPorts, options: GuardOptions): StillCalls {
  const { security, nowMs, guessesPerMinute, requestsPerMinute } = options
  const guesses = callAllowance(guessesPerMinute, elapsedMs)
  const identify = identifyBy(security, guesses)
  const tell = whoCalls(identify, guesses)
  const calls = callAllowance(requestsPerMinute, elapsedMs)
  const policy = policyOf(requestsPerMinute)
  const nameOf = callerNames()

  function admit(request: FastifyRequest, reply: FastifyReply, caller: Caller, access: Scope) {
    request.caller = caller
    const name = nameOf(caller)
    const waitSeconds = calls.take(name)
    reply.header('ratelimit-policy', policy)
    reply.header('ratelimit', rateLimitOf(calls.left(name), waitSeconds))
    if (waitSeconds !== undefined) throw tooMany(waitSeconds)
    if (!mayUse(caller, access)) throw lacking(access)
    request.tenant = tenantOf(caller, ports)
  }

  function refused(request: FastifyRequest, error: unknown): Error {
    if (!isRateLimit(error)) {
      ports.record(request.caller?.tenant, entryOf(request, nowMs(), error as AppError))
    }
    return error as Error
  }

  app.decorateRequest('caller')
  app.decorateRequest('tenant')
  app.addHook('onRoute', (route) => {
    const { url, config } = route
    if (config?.access === undefined) throw new Error(`${url} does not say who may use it`)
    if (isRead(route)) return
    route.onSend = [recordChange, ...[route.onSend ?? []].flat()]
  })
  // Calls back: whoever was recognised a moment ago waits for nothing, not even for a promise.
  app.addHook('onRequest', (request, reply, done) => {
    const { access } = request.routeOptions.config
    if (access === undefined || access === 'public') return done() // undefined: the 404 handler
    try {
      const caller = tell(request)
      if (caller instanceof Promise) {
        caller
          .then((known) => admit(request, reply, known, access))
          .then(
            () => done(),
            (error: unknown) => done(refused(request, error)),
          )
        return
      }
      admit(request, reply, caller, access)
    } catch (error) {
      return done(refused(request, error))
    }
    done()
  })
  return stillCalls(identify, nowMs)

  /** Before the answer leaves: what was done is written down, whether or not anybody hears of it. */
  function recordChange(
    request: FastifyRequest,
    { statusCode }: FastifyReply,
    payload: unknown,
    done: (error: null, payload: unknown) => void,
  ): void {
    if (statusCode < 300 && request.caller) {
      ports.record(request.caller.tenant, entryOf(request, nowMs()))
    }
    done(null, payload)
  }
}

/** A caller that is known from before is named as before: a text made anew is slow to look up. */
function callerNames(): (caller: Caller) => string {
  const names = new WeakMap<Caller, string>()
  return (caller) => {
    const known = names.get(caller)
    if (known !== undefined) return known
    const name = `${caller.tenant}/${caller.subject}`
    names.set(caller, name)
    return name
  }
}

const elapsedMs = (): number => performance.now()

const LONGEST_SUBJECT = 300

/** Whoever is over the limit would otherwise fill the audit log instead. */
const isRateLimit = (error: unknown): boolean =>
  error instanceof HttpError && error.code === 'RATE_LIMITED'

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
