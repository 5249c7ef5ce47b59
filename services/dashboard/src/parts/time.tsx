import { awayOf, clockOf, utcOf, weekdayClockOf } from '../figures/instant.ts'

const SHAPES = { clock: clockOf, weekday: weekdayClockOf } as const

interface TimeProps {
  readonly atMs: number
  readonly shape?: keyof typeof SHAPES | 'away'
}

/** An instant in the viewer's zone; UTC when hovered over. */
export function Time({ atMs, shape = 'clock' }: TimeProps) {
  const words = shape === 'away' ? awayOf(atMs, Date.now()) : SHAPES[shape](atMs)
  return (
    <time dateTime={new Date(atMs).toISOString()} title={utcOf(atMs)}>
      {words}
    </time>
  )
}
