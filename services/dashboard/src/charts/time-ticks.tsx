import { timeTicks } from 'd3-time'
import { clockOf, dayOf, utcOf } from '../figures/instant.ts'

interface TimeTicksProps {
  readonly startMs: number
  readonly endMs: number
  /** About how many. */
  readonly count?: number
}

/** Names of round instants along a span, in the viewer's zone; lines run down from them. */
export function TimeTicks({ startMs, endMs, count = 8 }: TimeTicksProps) {
  const ticks = timeTicks(new Date(startMs), new Date(endMs), count).map(Number)
  return (
    <div class="time-ticks" aria-hidden="true">
      {ticks.map((atMs, index) => {
        const isNewDay = index === 0 || dayOf(atMs) !== dayOf(ticks[index - 1]!)
        return (
          <span
            key={atMs}
            title={utcOf(atMs)}
            style={{ left: `${((atMs - startMs) / (endMs - startMs)) * 100}%` }}
          >
            {clockOf(atMs)}
            {isNewDay && <b>{dayOf(atMs)}</b>}
          </span>
        )
      })}
    </div>
  )
}
