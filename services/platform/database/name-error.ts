import { Conflict, UpstreamUnavailable } from '../../domain/errors.ts'

/** Serialization failure, deadlock: PostgreSQL asks for the transaction to be run again. */
const TRY_AGAIN = new Set(['40001', '40P01'])
/** Shutting down, cannot connect now, too many, or none allowed; class 08 is of connections too. */
const AWAY = new Set(['57P01', '57P02', '57P03', '53300'])
const SOCKET = /^(ECONN|ENOENT|ENOTFOUND|EAI_|EPIPE|ETIMEDOUT|EHOST)/
const LOST =
  /not currently accepting connections|terminated|timeout|not queryable|PGlite is (closed|closing)|after calling end/i

/** Whether the server undid a transaction for another's sake: run again, it may well succeed. */
export function isRolledBack(error: unknown): boolean {
  return TRY_AGAIN.has((error as { code?: string }).code ?? '')
}

/** Whether no answer came, or none in time: whoever asks later may well get one. */
export function isAway(error: unknown): boolean {
  const { code = '', message } = error as { code?: string; message: string }
  return AWAY.has(code) || code.startsWith('08') || SOCKET.test(code) || LOST.test(message)
}

/** Rethrows what a driver threw; as one of our errors where the caller can do something about it. */
export function named(error: unknown): never {
  const { code = '', message } = error as { code?: string; message: string }
  if (isRolledBack(error)) throw new Conflict(`database: ${message}`, { cause: error })
  if (!isAway(error)) throw error
  throw new UpstreamUnavailable(`no answer (${code || message})`, {
    upstream: 'database',
    cause: error,
  })
}
