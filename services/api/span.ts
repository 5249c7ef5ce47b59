import { InvalidInput } from '../domain/errors.ts'

const DAY_MS = 86_400_000
const DEFAULT_DAYS = 30
const MOST_DAYS = 400

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * The span that a query means: the last 30 days unless it says.
 *
 * @throws InvalidInput where it ends before it begins, or is longer than 400 days
 */
export function spanOf(query: Partial<Span>, nowMs: number): Span {
  const toMs = query.toMs ?? nowMs
  const fromMs = query.fromMs ?? Math.max(0, toMs - DEFAULT_DAYS * DAY_MS)
  const span = { fromMs, toMs }
  assertSpan(span, ['/query/fromMs', 'toMs'])
  return span
}

/**
 * @param names path of where it begins, and what the field of its end is called
 * @throws InvalidInput where it ends before it begins, or is longer than 400 days
 */
export function assertSpan({ fromMs, toMs }: Span, [path, end]: readonly [string, string]): void {
  if (!(fromMs < toMs)) throw wrong(path, `must be before \`${end}\``)
  if (toMs - fromMs > MOST_DAYS * DAY_MS) {
    throw wrong(path, `must be at most ${MOST_DAYS} days before \`${end}\``)
  }
}

const wrong = (path: string, message: string): InvalidInput =>
  new InvalidInput(`${path} ${message}`, [{ path, message }])
