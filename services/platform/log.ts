import { type Logger, pino } from 'pino'
import { idsNow } from './log-ids.ts'

/** The words that may be said; each line is JSON with the ids of what it is about. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>
type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

const SECRET = ['authorization', 'cookie', 'password', 'secret', 'secrets', 'token', 'apiKey']
const REDACTED = SECRET.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`])
/** `user:password@` of any URL in any text: connection strings end up in error messages. */
const CREDENTIALS = /(?<=:\/\/)[^\s/:@]*:[^\s/@]*@/g

/** @param write where a line goes; standard output unless told */
export function openLog(level: LogLevel, write?: (line: string) => void): Log {
  const options = {
    level,
    base: null,
    mixin: idsNow,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: REDACTED, censor: '[redacted]' },
    serializers: { error: describeError, err: describeError }, // `err`: what libraries say
    hooks: { streamWrite: (line: string) => line.replace(CREDENTIALS, '[redacted]@') },
  }
  return write ? pino(options, { write }) : pino(options)
}

/** An error may carry a whole request, headers included; its words and our own fields are enough. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name, message, stack, cause } = error
  const { code, upstream } = error as { code?: unknown; upstream?: unknown }
  return { name, message, code, upstream, stack, ...(cause ? { cause: describeError(cause) } : {}) }
}
