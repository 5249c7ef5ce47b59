import { InvalidInput } from '../domain/errors.ts'

const UNIT_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const DAY_MS = 86_400_000

/**
 * A length of time: `90m`, `2h`, `1.5h`, `1d`.
 *
 * @throws InvalidInput naming the option
 */
export function readDurationMs(option: string, text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*(m|min|h|d)$/.exec(text.trim()) ?? []
  const spanMs = Number(amount) * UNIT_MS[unit ?? '']!
  if (Number.isFinite(spanMs) && spanMs > 0) return spanMs
  throw new InvalidInput(`${option} ${text}: expected a length of time, e.g. 90m, 2h or 1d`)
}

/**
 * An instant: ISO 8601, `+8h` from now, or `tomorrow`, which ends with the next day (UTC).
 *
 * @throws InvalidInput naming the option
 */
export function readInstantMs(option: string, text: string, nowMs: number): number {
  if (text === 'tomorrow') return (Math.floor(nowMs / DAY_MS) + 2) * DAY_MS
  if (text.startsWith('+')) return nowMs + readDurationMs(option, text.slice(1))
  const atMs = Date.parse(text)
  if (Number.isFinite(atMs)) return atMs
  throw new InvalidInput(`${option} ${text}: expected ISO 8601, +8h or tomorrow`)
}
