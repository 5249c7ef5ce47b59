const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' })
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short' })
const utcDay = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', dateStyle: 'medium' })
const utcClock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  hour: '2-digit',
  minute: '2-digit',
})
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** `16:00`, in the viewer's zone. */
export const clockOf = (atMs: number): string => clock.format(atMs)

/** `Thu 26 Nov`, in the viewer's zone. */
export const dayOf = (atMs: number): string => day.format(atMs)

/** `Thu 16:00`, in the viewer's zone. */
export const weekdayClockOf = (atMs: number): string =>
  `${weekday.format(atMs)} ${clock.format(atMs)}`

/** `26 Nov 2026, 15:00 UTC`. */
export const utcOf = (atMs: number): string =>
  `${utcDay.format(atMs)}, ${utcClock.format(atMs)} UTC`

/** `2026-11-26`, the day of UTC: what days of savings are counted in. */
export const utcDateOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)

const STEPS: readonly (readonly [seconds: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
]

/** `in 2 hours`, `5 minutes ago`, `now`. */
export function awayOf(atMs: number, nowMs: number): string {
  const seconds = (atMs - nowMs) / 1000
  for (const [size, unit] of STEPS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit)
  }
  return relative.format(0, 'second')
}

/** `90 min`, `24 h`. */
export const spanOf = (durationMs: number): string =>
  durationMs >= 2 * 3_600_000
    ? `${Number((durationMs / 3_600_000).toFixed(1))} h`
    : `${Math.round(durationMs / 60_000)} min`

const MINUTE_MS = 60_000

/** `2026-11-26T16:00` in the viewer's zone, as a field for date and time takes it. */
export function instantField(atMs: number): string {
  const aheadMs = new Date(atMs).getTimezoneOffset() * MINUTE_MS
  return new Date(atMs - aheadMs).toISOString().slice(0, 16)
}

/** Back from such a field; undefined where it is empty. */
export function instantOfField(text: string): number | undefined {
  const atMs = Date.parse(text) // without a zone: the viewer's
  return Number.isNaN(atMs) ? undefined : atMs
}
