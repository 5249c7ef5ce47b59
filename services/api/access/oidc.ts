import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose'
import { AppError, UpstreamMalformed, UpstreamUnavailable } from '../../domain/errors.ts'
import type { HttpClient } from '../../platform/http.ts'
import type { Authenticator } from './authenticator.ts'
import { type Caller, SCOPES } from './caller.ts'

export interface OidcOptions {
  readonly issuer: string
  readonly audience: string
  readonly jwksUrl: string
  /** Claim that names the tenant; without it in the token, `defaultTenant`, if there is one. */
  readonly tenantClaim?: string
  readonly defaultTenant?: string
  /** Claim that lists scopes, as an array or separated by spaces; other words in it are ignored. */
  readonly scopeClaim?: string
  readonly nowMs: () => number
}

/** Asymmetric only: with a public key taken for a shared secret anybody could sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA']
const SKEW_SECONDS = 60
const KEYS_LIVE_MS = 600_000
/** An unknown key id makes us ask again, but not more often than this. */
const COOL_DOWN_MS = 30_000

/** Callers by the signed tokens (RFC 9068) of an OpenID Connect provider. */
export function oidc(http: HttpClient, options: OidcOptions): Authenticator {
  const { issuer, audience, jwksUrl, nowMs } = options
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    cacheMaxAge: KEYS_LIVE_MS,
    cooldownDuration: COOL_DOWN_MS,
    [customFetch]: async (url: string) => {
      const { status, body } = await http.send('oidc', { url })
      return new Response(JSON.stringify(body), { status })
    },
  })
  return {
    async authenticate(credential) {
      if (credential.split('.').length !== 3) return undefined
      try {
        const { payload } = await jwtVerify(credential, keys, {
          issuer,
          audience,
          algorithms: ALGORITHMS,
          clockTolerance: SKEW_SECONDS,
          requiredClaims: ['exp', 'sub'],
          currentDate: new Date(nowMs()),
        })
        return callerOf(payload, options)
      } catch (error) {
        return refused(error)
      }
    },
  }
}

/** A bad token is nobody's; keys that cannot be had are no fault of the token. */
function refused(error: unknown): undefined {
  if (error instanceof AppError) throw error
  if (error instanceof errors.JWKSTimeout) {
    throw new UpstreamUnavailable('keys did not come in time', { upstream: 'oidc', cause: error })
  }
  if (error instanceof errors.JWKSInvalid) {
    throw new UpstreamMalformed('these are no keys', { upstream: 'oidc', cause: error })
  }
  if (error instanceof errors.JOSEError) return undefined
  throw error
}

function callerOf(payload: JWTPayload, options: OidcOptions): Caller | undefined {
  const { tenantClaim = 'tenant', scopeClaim = 'scope', defaultTenant } = options
  const named = payload[tenantClaim]
  const tenant = typeof named === 'string' ? named : defaultTenant
  if (tenant === undefined) return undefined
  const listed = payload[scopeClaim]
  const words = Array.isArray(listed) ? listed : String(listed ?? '').split(' ')
  const scopes = SCOPES.filter((scope) => words.includes(scope))
  return { subject: `jwt:${payload.sub}`, tenant, scopes }
}
