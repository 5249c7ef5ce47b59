import { UpstreamUnavailable } from '../domain/errors.ts'

/** Why `fetch` failed, in words for a person: its own message says that it did, and no more. */
export function unreachable(upstream: string, url: string, error: unknown): UpstreamUnavailable {
  const { cause, message } = error as Error
  const reason =
    cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : message
  return new UpstreamUnavailable(`no answer from ${url}: ${reason}`, { upstream, cause: error })
}
