import {
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose'
import { UpstreamMalformed, UpstreamUnavailable } from '../../domain/errors.ts'
import { signedSecondsFromMs } from '../../domain/units.ts'

export interface SigningKeysOptions {
  /** The provider's keys as they are now. */
  fetch(): Promise<unknown>
  nowMs(): number
  /** Told where they cannot be had, and when that is over. */
  warn(words: string): void
}

type Keys = ReturnType<typeof createLocalJWKSet>
interface Seen {
  readonly keys: Keys
  readonly atMs: number
}

/** So long keys are used unseen, and a key that the provider has withdrawn lives on. */
const FRESH_MS = 600_000
/** While the provider is away they are used for as long as this, and then nobody is let in. */
const REMEMBERED_MS = 24 * 3_600_000
/** An unknown key id, or keys that are no longer fresh, make us ask again, but not more often. */
const COOL_DOWN_MS = 30_000
/** The same where there are none yet, so that nobody can be let in. */
const FIRST_COOL_DOWN_MS = 5_000

/**
 * The signing keys of an identity provider, and the last ones seen while it is away.
 *
 * Keys that are no longer fresh are asked for before they are used, so that a withdrawn one is found;
 * only where that fails are they used on. A key id that is unknown is nobody's while the provider
 * answers; while it is away it may be a new one, and nobody can tell.
 */
export function signingKeys({ fetch, nowMs, warn }: SigningKeysOptions) {
  let seen: Seen | undefined
  let askedAtMs = Number.NEGATIVE_INFINITY
  const openedAtMs = nowMs()
  /** Why, while the provider does not answer. */
  let away: string | undefined
  let asking: Promise<void> | undefined

  async function ask(): Promise<void> {
    askedAtMs = nowMs()
    try {
      const keys = await fetch()
      seen = { keys: keySet(keys), atMs: nowMs() }
      if (away) warn('the identity provider answers again')
      away = undefined
    } catch (error) {
      const { message } = error as Error
      if (!away) warn(`${message}: the keys seen last are used for up to 24 hours`)
      away = message
    }
  }

  /** Until we may ask again, ms. */
  function restMs(): number {
    const pauseMs = seen ? COOL_DOWN_MS : FIRST_COOL_DOWN_MS
    const sinceMs = nowMs() - askedAtMs
    return sinceMs < 0 ? 0 : Math.max(0, pauseMs - sinceMs) // our clock was set back
  }

  /** Once for all who want it meanwhile, and not within the cool-down of the last time. */
  async function askAgain(): Promise<void> {
    if (!asking && restMs() > 0) return
    asking ??= ask().finally(() => {
      asking = undefined
    })
    await asking
  }

  const ageMs = () => (seen ? Math.max(0, nowMs() - seen.atMs) : Number.POSITIVE_INFINITY)

  async function usable(): Promise<Keys> {
    if (ageMs() > FRESH_MS) await askAgain()
    if (seen && ageMs() <= REMEMBERED_MS) return seen.keys
    throw cannotTell()
  }

  const cannotTell = () =>
    new UpstreamUnavailable(`its keys cannot be had${away ? ` (${away})` : ''}`, {
      upstream: 'identity provider',
      retryAfterSeconds: Math.max(1, signedSecondsFromMs(restMs())),
    })

  return {
    /** For how long the provider has not answered, in s, and 0 where it did. Asks it again. */
    awaySeconds(): number {
      if (away) void askAgain()
      const sinceMs = seen ? ageMs() : nowMs() - openedAtMs
      return away ? signedSecondsFromMs(sinceMs) : 0
    },

    /**
     * @throws JWKSNoMatchingKey for a key id that the provider does not know
     * @throws UpstreamUnavailable where that cannot be told now
     */
    async find(header: JWSHeaderParameters, token: FlattenedJWSInput) {
      const keys = await usable()
      try {
        return await keys(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
        await askAgain()
        if (away) throw cannotTell()
        return (await usable())(header, token)
      }
    },
  }
}

function keySet(keys: unknown): Keys {
  try {
    return createLocalJWKSet(keys as JSONWebKeySet)
  } catch (cause) {
    throw new UpstreamMalformed('these are no keys', { upstream: 'oidc', cause })
  }
}
