import { useMemo } from 'preact/hooks'
import type { Schemas } from '../../api/client.ts'
import { useCourses, type ZoneCourse } from '../../api/resources.ts'
import { FanSpark } from '../../charts/fan-spark.tsx'
import { SharedRange } from '../../charts/time-range.ts'
import { TimeTicks } from '../../charts/time-ticks.tsx'
import { type BatchJob, ganttSpan, lanesOf, regionOf } from '../../figures/gantt.ts'
import { inCount } from '../../figures/quantity.ts'
import { Card } from '../../parts/card.tsx'
import { strings } from '../../strings.ts'
import { JobRow } from './job-row.tsx'
import { TrialWords } from './trial-words.tsx'
import { useDeadlineTrial } from './use-deadline-trial.ts'

interface GanttProps {
  readonly jobs: readonly BatchJob[]
  readonly regions: Schemas['RegionList']['items']
}

const HOUR_MS = 3_600_000
const { batch } = strings

/** Jobs that have not ended, each lane under the carbon intensity of its place. */
export function Gantt({ jobs, regions }: GanttProps) {
  const [trial, onTry, onGiveUp] = useDeadlineTrial()
  const lanes = useMemo(() => lanesOf(jobs), [jobs])
  const { startMs, endMs } = useMemo(() => ganttSpan(jobs, Date.now()), [jobs])
  const span = useMemo(() => ({ startMs, endMs }), [startMs, endMs])
  const range = useMemo(() => new SharedRange({ minMs: startMs, maxMs: endMs }), [startMs, endMs])
  const zoneOf = (place: string) => regions.find(({ id }) => id === regionOf(place))?.zone
  const zones = [...new Set(lanes.flatMap(({ place }) => (place && zoneOf(place)) || []))]
  const hours = Math.min(168, Math.ceil((endMs - startMs) / HOUR_MS))
  const courses = useCourses(zones, { hours, stepMinutes: 60 })
  const known = courses.state === 'ready' ? courses.body : []
  return (
    <Card title={batch.title} aside={<span class="quiet">{batch.help}</span>}>
      <div class="gantt">
        <TimeTicks {...span} />
        {lanes.map(({ place, jobs: own }) => {
          const course = known.find(({ zone }) => place && zone === zoneOf(place))
          return (
            <section key={place} class="lane" aria-label={place ?? batch.nowhere}>
              <header class="job-row lane-head">
                <span class="job-name">
                  <strong>{place ?? batch.nowhere}</strong>
                  {course && (
                    <span class="quiet">{batch.grid(course.zone, ...rangeOf(course))}</span>
                  )}
                </span>
                <div class="track">{course && <FanSpark course={course} range={range} />}</div>
              </header>
              <ul>
                {own.map((job) => (
                  <JobRow
                    key={job.id}
                    job={job}
                    span={span}
                    trial={trial?.job.id === job.id ? trial : undefined}
                    onTry={onTry}
                    onGiveUp={onGiveUp}
                  />
                ))}
              </ul>
            </section>
          )
        })}
      </div>
      <Legend />
      <TrialWords trial={trial} onGiveUp={onGiveUp} />
    </Card>
  )
}

/** Lowest and highest that the middle of a forecast comes to. */
function rangeOf({ forecast }: ZoneCourse): readonly [string, string] {
  const middle = forecast.windows.map(({ carbonGPerKwh }) => carbonGPerKwh)
  return [inCount(Math.min(...middle)), inCount(Math.max(...middle))]
}

const Legend = () => (
  <ul class="gantt-legend" aria-hidden="true">
    {(['waiting', 'ran', 'slack', 'tried'] as const).map((kind) => (
      <li key={kind}>
        <i class={kind === 'slack' ? 'slack' : `job-bar job-bar-${kind}`} />
        {batch.legend[kind]}
      </li>
    ))}
  </ul>
)
