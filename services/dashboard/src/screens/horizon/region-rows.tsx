import type { Schemas } from '../../api/client.ts'
import type { ZoneCourse } from '../../api/resources.ts'
import { FanSpark } from '../../charts/fan-spark.tsx'
import type { SharedRange } from '../../charts/time-range.ts'
import { Card } from '../../parts/card.tsx'
import { strings } from '../../strings.ts'

interface RegionRowsProps {
  readonly regions: Schemas['RegionList']['items']
  readonly courses: readonly ZoneCourse[]
  readonly current: string
  readonly range: SharedRange
}

/** Every region on the same time axis; a click looks closer. */
export function RegionRows({ regions, courses, current, range }: RegionRowsProps) {
  return (
    <Card
      title={strings.horizon.everywhere}
      aside={<span class="quiet">{strings.units.intensity}</span>}
    >
      <ul class="region-rows">
        {regions.map(({ id, zone }) => {
          const course = courses.find((one) => one.zone === zone)
          return (
            <li key={id}>
              <a href={`#/horizon/${id}`} aria-current={id === current ? 'true' : undefined}>
                <span class="region-row-name">
                  {id}
                  <span class="quiet">{zone}</span>
                </span>
                {course && <FanSpark course={course} range={range} heightPx={52} />}
              </a>
            </li>
          )
        })}
      </ul>
    </Card>
  )
}
