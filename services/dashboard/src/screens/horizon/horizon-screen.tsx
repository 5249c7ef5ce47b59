import { useMemo, useState } from 'preact/hooks'
import { useLocation, useParams } from 'wouter-preact'
import type { Schemas } from '../../api/client.ts'
import { useCourses, usePlan, usePlanFigures, useRegions } from '../../api/resources.ts'
import { useSharedRange } from '../../charts/use-shared-range.ts'
import { hoursOf, type Schedule, scheduleOf } from '../../figures/schedule.ts'
import { Infeasible } from '../../parts/infeasible.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { RangeBar } from './range-bar.tsx'
import { RegionPanels } from './region-panels.tsx'
import { RegionRows } from './region-rows.tsx'
import { WindowDetails } from './window-details.tsx'

/** How the grid will be, and what the plan does about it. */
export function HorizonScreen() {
  const plan = usePlan()
  const regions = useRegions()
  return (
    <Loaded resource={plan} heightPx={600}>
      {(body) => (
        <Loaded resource={regions} heightPx={600}>
          {({ items }) => {
            const schedule = scheduleOf(body)
            return schedule ? (
              <Horizon version={body.version} schedule={schedule} regions={items} />
            ) : (
              <Infeasible outcome={body.outcome} />
            )
          }}
        </Loaded>
      )}
    </Loaded>
  )
}

interface HorizonProps {
  readonly version: number
  readonly schedule: Schedule
  readonly regions: Schemas['RegionList']['items']
}

const LONGEST_FORECAST_H = 168

function Horizon({ version, schedule, regions }: HorizonProps) {
  const { region: asked } = useParams<{ region?: string }>()
  const [, navigate] = useLocation()
  const region = regions.find(({ id }) => id === asked) ?? regions[0]
  const [pickedMs, setPickedMs] = useState(() => Date.now())
  const zones = useMemo(() => [...new Set(regions.map(({ zone }) => zone))], [regions])
  const courses = useCourses(zones, {
    hours: Math.min(LONGEST_FORECAST_H, Math.max(1, Math.ceil(hoursOf(schedule)))),
    stepMinutes: stepMinutesOf(schedule),
  })
  const figures = usePlanFigures(version)
  const range = useSharedRange(schedule)
  if (!region) return null
  const known = courses.state === 'ready' ? courses.body : []
  const follows = figures.state === 'ready' ? figures.body : undefined
  return (
    <div class="horizon">
      <RangeBar
        range={range}
        regions={regions.map(({ id }) => id)}
        region={region.id}
        onRegion={(id) => navigate(`/horizon/${id}`)}
      />
      <Trouble resource={figures} />
      {courses.state === 'failed' && <Trouble resource={courses} />}
      <RegionPanels
        region={region}
        schedule={schedule}
        course={known.find(({ zone }) => zone === region.zone)}
        asking={courses.state === 'loading'}
        figures={follows}
        range={range}
        onPick={setPickedMs}
      />
      <WindowDetails
        region={region.id}
        schedule={schedule}
        figures={follows}
        pickedMs={pickedMs}
        onPick={setPickedMs}
      />
      {regions.length > 1 && courses.state !== 'failed' && (
        <Loaded resource={courses} heightPx={regions.length * 64}>
          {(all) => (
            <RegionRows regions={regions} courses={all} current={region.id} range={range} />
          )}
        </Loaded>
      )}
    </div>
  )
}

/** The forecast is asked for in the windows of the plan, as far as it comes in them. */
function stepMinutesOf({ windows }: Schedule): number {
  const [first] = windows
  const minutes = first ? (first.endMs - first.startMs) / 60_000 : 60
  return Math.min(60, Math.max(5, Math.round(minutes / 5) * 5))
}
