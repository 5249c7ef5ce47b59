import { type Logger, pino } from 'pino'
import { idsNow } from './log-ids.ts'

/** The words that may be said; each line is JSON with the ids of what it is about. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>
type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** Names of fields that hold secrets, in whatever spelling and however deep. */
const SECRET =
  /authorization|cookie|passw(?:or)?d|passphrase|secret|token|credential|(?:api|private|access)[-_]?key/i
/** Whoever stands before the host of any URL in any text: connection strings end up in errors. */
const CREDENTIALS = /(?<=:\/\/)[^\s/?#"]*@/g

/** @param write where a line goes; standard output unless told */
export function openLog(level: LogLevel, write?: (line: string) => void): Log {
  const options = {
    level,
    base: null,
    mixin: idsNow,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: describeError, err: describeError }, // `err`: what libraries say
    hooks: {
      streamWrite: (line: string) => `${JSON.stringify(JSON.parse(line, withoutSecrets))}\n`,
    },
  }
  return write ? pino(options, { write }) : pino(options)
}

/** Of what is written, so that no object, however it is made, has a way past. */
function withoutSecrets(name: string, value: unknown): unknown {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value
  if (SECRET.test(name)) return '[redacted]'
  return typeof value === 'string' ? value.replace(CREDENTIALS, '[redacted]@') : value
}

/** More than anybody reads; an error may be its own cause. */
const MOST_CAUSES = 8

/** An error may carry a whole request, headers included; its words and our own fields are enough. */
function describeError(error: unknown, causesLeft = MOST_CAUSES): unknown {
  if (!(error instanceof Error)) return error
  const { name, message, stack, cause } = error
  const { code, upstream } = error as { code?: unknown; upstream?: unknown }
  return {
    name,
    message,
    code,
    upstream,
    stack,
    ...(cause && causesLeft > 0 ? { cause: describeError(cause, causesLeft - 1) } : {}),
  }
}
