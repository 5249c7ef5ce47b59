import { useMemo } from 'preact/hooks'
import type { Schemas } from '../../api/client.ts'
import type { ZoneCourse } from '../../api/resources.ts'
import type { ChartActions } from '../../charts/chart-options.ts'
import { drawFan } from '../../charts/draw-fan.ts'
import { TimeChart } from '../../charts/time-chart.tsx'
import type { SharedRange } from '../../charts/time-range.ts'
import { useRangeGestures } from '../../charts/use-range-gestures.ts'
import type { PlanFigures } from '../../figures/capacity.ts'
import type { Schedule } from '../../figures/schedule.ts'
import { Card } from '../../parts/card.tsx'
import { RungBadge } from '../../parts/rung-badge.tsx'
import { strings } from '../../strings.ts'
import { CourseTable } from './course-table.tsx'
import { SchedulePanels } from './schedule-panels.tsx'

interface RegionPanelsProps {
  readonly region: Schemas['RegionList']['items'][number]
  readonly schedule: Schedule
  readonly course: ZoneCourse | undefined
  /** Whether the course is still being asked for. */
  readonly asking: boolean
  readonly figures: PlanFigures | undefined
  readonly range: SharedRange
  readonly onPick: (atMs: number) => void
}

/** All panels of a region share a cross-hair. */
const GROUP = 'horizon'
const { horizon } = strings

/** The grid of one region over what the plan runs there, on one time axis. */
export function RegionPanels(props: RegionPanelsProps) {
  const { region, course, asking, range, onPick } = props
  const gestures = useRangeGestures(range)
  const quality = course?.forecast.windows[0]?.quality
  return (
    <div class="panels" {...gestures}>
      <Card
        title={horizon.intensity(region.zone)}
        aside={
          <>
            <span class="quiet">{horizon.intensityHint}</span>
            {quality && <RungBadge quality={quality} />}
          </>
        }
      >
        {course ? (
          <>
            <Fan course={course} range={range} onPick={onPick} />
            <CourseTable course={course} />
          </>
        ) : asking ? (
          <div class="skeleton" style={{ minHeight: '190px' }} />
        ) : (
          <p class="quiet">{strings.now.unknown}</p>
        )}
      </Card>
      <SchedulePanels {...props} group={GROUP} />
    </div>
  )
}

function Fan({ course, ...actions }: ChartActions & { readonly course: ZoneCourse }) {
  const drawn = useMemo(() => drawFan(course, { group: GROUP }), [course.history, course.forecast])
  return <TimeChart label={horizon.intensity(course.zone)} drawn={drawn} {...actions} />
}
