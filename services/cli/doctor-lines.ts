import type { ProviderCheck } from '../grid/index.ts'
import type { BackendCheck } from '../wiring/probe-backends.ts'

/** More than this and stamps of good data look stale, or from the future. */
const BEARABLE_SECONDS = 60

/** @param skewSeconds how far the service's clock is ahead of ours, where it told the time */
export function providerLine(
  { ok, source, zone, words }: ProviderCheck,
  skewSeconds: number | undefined,
): string {
  const clock = skewSeconds === undefined ? '' : `; our clock is ${offBy(skewSeconds)} its`
  return `${verdict(ok)} ${source} ${zone}: ${words}${clock}`
}

export const backendLine = ({ ok, backend, kind, target, words }: BackendCheck): string =>
  `${verdict(ok)} ${[backend, `(${kind})`, target].filter(Boolean).join(' ')}: ${words}`

/** Stamps of forecasts are compared with our clock, so a wrong one makes good data stale. */
export function clockLine(skewSeconds: number | undefined): string {
  if (skewSeconds === undefined) return `${verdict(true)} clock: no service told the time`
  const ok = Math.abs(skewSeconds) <= BEARABLE_SECONDS
  const words = `${offBy(skewSeconds)} the services`
  return `${verdict(ok)} clock: ${words}${ok ? '' : '; set it by NTP'}`
}

const verdict = (ok: boolean): string => (ok ? 'ok  ' : 'FAIL')

/** A service's date has whole seconds, so less than one is no difference. */
function offBy(skewSeconds: number): string {
  const seconds = Math.round(Math.abs(skewSeconds))
  if (seconds === 0) return 'level with'
  return `${seconds} s ${skewSeconds > 0 ? 'behind' : 'ahead of'}`
}
