import { useMemo } from 'preact/hooks'
import type { Schemas } from '../../api/client.ts'
import { useCourses, type ZoneCourse } from '../../api/resources.ts'
import { SharedRange } from '../../charts/time-range.ts'
import { hoursOf, type Schedule } from '../../figures/schedule.ts'
import { Trouble } from '../../parts/trouble.tsx'
import { strings } from '../../strings.ts'
import { RegionCard } from './region-card.tsx'

type Region = Schemas['RegionList']['items'][number]

interface RegionCardsProps {
  readonly regions: readonly Region[]
  readonly schedule: Schedule | undefined
}

const HOUR_MS = 3_600_000

/** One card a region, the cleanest first. */
export function RegionCards({ regions, schedule }: RegionCardsProps) {
  const zones = useMemo(() => [...new Set(regions.map(({ zone }) => zone))], [regions])
  const hours = Math.max(24, Math.ceil(schedule ? hoursOf(schedule) : 24))
  const courses = useCourses(zones, { hours, stepMinutes: 60 })
  const thisHourMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
  const range = useMemo(
    () =>
      new SharedRange({
        minMs: thisHourMs - 24 * HOUR_MS,
        maxMs: thisHourMs + hours * HOUR_MS,
      }),
    [thisHourMs, hours],
  )
  const courseOf = (zone: string): ZoneCourse | undefined =>
    courses.state === 'ready' ? courses.body.find((one) => one.zone === zone) : undefined
  const sorted = regions.toSorted(
    (a, b) => (a.carbon?.carbonGPerKwh ?? 1e9) - (b.carbon?.carbonGPerKwh ?? 1e9),
  )
  return (
    <>
      <Trouble resource={courses} />
      {regions.length === 0 && <p class="notice">{strings.now.noRegions}</p>}
      <ul class="region-cards">
        {sorted.map((region) => (
          <li key={region.id}>
            <RegionCard
              region={region}
              schedule={schedule}
              course={courseOf(region.zone)}
              range={range}
            />
          </li>
        ))}
      </ul>
    </>
  )
}
