import { UpstreamRefused } from '../domain/errors.ts'

export interface BearerOptions {
  /** Asks for a new token. */
  readonly login: () => Promise<string>
  /** How long a token is used for; a little less than it lives. */
  readonly lifeMs: number
  /** Never the wall clock: summer time would keep a dead token alive for an hour. */
  readonly monotonicMs?: () => number
}

type Call<T> = (headers: { readonly authorization: string }) => Promise<T>

/**
 * Runs calls with a token: one login for all that wait, renewed before it dies, and once more when
 * the service says 401 (a token can be revoked early).
 */
export function bearerSession(options: BearerOptions) {
  const { login, lifeMs, monotonicMs = () => performance.now() } = options
  let session: { readonly token: Promise<string>; readonly renewAtMs: number } | undefined

  function token(): Promise<string> {
    if (session === undefined || monotonicMs() >= session.renewAtMs) {
      const mine = { token: login(), renewAtMs: monotonicMs() + lifeMs }
      session = mine
      mine.token.catch(() => {
        if (session === mine) session = undefined
      })
    }
    return session.token
  }
  const withToken = async <T>(call: Call<T>): Promise<T> =>
    call({ authorization: `Bearer ${await token()}` })

  return async <T>(call: Call<T>): Promise<T> => {
    const before = session
    return withToken(call).catch((error: unknown) => {
      const stale = error instanceof UpstreamRefused && error.httpStatus === 401
      if (!stale || before === undefined) throw error
      if (session === before) session = undefined
      return withToken(call)
    })
  }
}
