import { timeTicks } from 'd3-time'
import { clockOf, dayOf, utcOf } from '../figures/instant.ts'

interface TimeTicksProps {
  readonly startMs: number
  readonly endMs: number
  /** About how many. */
  readonly count?: number
}

/** Further on there is no room for a name. */
const LAST_SHARE = 0.94

/** Names of round instants along a span, in the viewer's zone; lines run down from them. */
export function TimeTicks({ startMs, endMs, count = 8 }: TimeTicksProps) {
  const shareOf = (atMs: number) => (atMs - startMs) / (endMs - startMs)
  const ticks = timeTicks(new Date(startMs), new Date(endMs), count)
    .map(Number)
    .filter((atMs) => shareOf(atMs) <= LAST_SHARE)
  return (
    <div class="time-ticks" aria-hidden="true">
      {ticks.map((atMs, index) => {
        const isNewDay = index === 0 || dayOf(atMs) !== dayOf(ticks[index - 1]!)
        return (
          <span key={atMs} title={utcOf(atMs)} style={{ left: `${shareOf(atMs) * 100}%` }}>
            {clockOf(atMs)}
            {isNewDay && <b>{dayOf(atMs)}</b>}
          </span>
        )
      })}
    </div>
  )
}
