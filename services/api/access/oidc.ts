import { errors, type JWTPayload, jwtVerify } from 'jose'
import { msFromSeconds } from '../../domain/units.ts'
import type { HttpClient } from '../../platform/http.ts'
import type { Authenticator } from './authenticator.ts'
import { type Caller, SCOPES } from './caller.ts'
import { signingKeys } from './signing-keys.ts'

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
  /** Told where the provider is away, and when it is back. */
  readonly warn: (words: string) => void
}

/** Asymmetric only: with a public key taken for a shared secret anybody could sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA']
const SKEW_SECONDS = 60
/** Callers wait for this. */
const KEYS_TIMEOUT_MS = 3_000

/** Callers by the signed tokens (RFC 9068) of an OpenID Connect provider. */
export function oidc(
  http: HttpClient,
  options: OidcOptions,
): Authenticator & {
  /** For how long the provider has not answered, in s; 0 where it did when it was last asked. */
  awaySeconds(): number
} {
  const { issuer, audience, jwksUrl, nowMs, warn } = options
  const keys = signingKeys({
    fetch: async () => (await http.send('oidc', { url: jwksUrl, timeoutMs: KEYS_TIMEOUT_MS })).body,
    nowMs,
    warn,
  })
  return {
    awaySeconds: keys.awaySeconds,
    isCheap: () => true, // one signature, by keys that are at hand
    async authenticate(credential) {
      if (credential.split('.').length !== 3) return undefined
      try {
        const { payload } = await jwtVerify(credential, keys.find, {
          issuer,
          audience,
          algorithms: ALGORITHMS,
          clockTolerance: SKEW_SECONDS,
          requiredClaims: ['exp', 'sub'],
          currentDate: new Date(nowMs()),
        })
        return callerOf(payload, options)
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined // a bad token is nobody's
        throw error
      }
    },
  }
}

function callerOf(payload: JWTPayload, options: OidcOptions): Caller | undefined {
  const { tenantClaim = 'tenant', scopeClaim = 'scope', defaultTenant } = options
  const named = payload[tenantClaim]
  const tenant = typeof named === 'string' ? named : defaultTenant
  if (tenant === undefined) return undefined
  const listed = payload[scopeClaim]
  const words = Array.isArray(listed) ? listed : String(listed ?? '').split(' ')
  const scopes = SCOPES.filter((scope) => words.includes(scope))
  const untilMs = msFromSeconds(payload.exp! + SKEW_SECONDS)
  return { subject: `jwt:${payload.sub}`, tenant, scopes, untilMs }
}
