import { useMemo } from 'preact/hooks'
import type { Schemas } from '../../api/client.ts'
import type { ZoneCourse } from '../../api/resources.ts'
import { FanChart } from '../../charts/fan-chart.tsx'
import { StackChart } from '../../charts/stack-chart.tsx'
import type { SharedRange } from '../../charts/time-range.ts'
import { useRangeGestures } from '../../charts/use-range-gestures.ts'
import type { Assignment, Schedule } from '../../figures/schedule.ts'
import { variantWords } from '../../figures/variant.ts'
import { Card } from '../../parts/card.tsx'
import { RungBadge } from '../../parts/rung-badge.tsx'
import { strings } from '../../strings.ts'
import { CourseTable } from './course-table.tsx'

interface RegionPanelsProps {
  readonly region: Schemas['RegionList']['items'][number]
  readonly schedule: Schedule
  readonly course: ZoneCourse | undefined
  readonly range: SharedRange
  readonly onPick: (atMs: number) => void
}

const GROUP = 'horizon'
const { horizon } = strings

/** The grid of one region over what the plan runs there, on one time axis. */
export function RegionPanels({ region, schedule, course, range, onPick }: RegionPanelsProps) {
  const gestures = useRangeGestures(range)
  const ours = useMemo(
    () => ({
      ...schedule,
      assignments: schedule.assignments.filter((one) => one.region === region.id),
    }),
    [schedule, region.id],
  )
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
            <FanChart course={course} range={range} group={GROUP} onPick={onPick} />
            <CourseTable course={course} />
          </>
        ) : (
          <div class="skeleton" style={{ minHeight: '190px' }} />
        )}
      </Card>
      <Card title={horizon.replicas} aside={<span class="quiet">{region.id}</span>}>
        <StackChart
          label={`${horizon.replicas}, ${region.id}`}
          schedule={ours}
          of={replicasByVariant}
          range={range}
          group={GROUP}
          onPick={onPick}
        />
      </Card>
      <Card title={horizon.traffic} aside={<span class="quiet">{region.id}</span>}>
        <StackChart
          label={`${horizon.traffic}, ${region.id}`}
          schedule={ours}
          of={trafficByModel}
          range={range}
          group={GROUP}
          onPick={onPick}
        />
      </Card>
    </div>
  )
}

const replicasByVariant = ({ model, pointId, replicas }: Assignment) => ({
  name: `${model}, ${variantWords(pointId)}`,
  value: replicas,
})

const trafficByModel = ({ model, tokensPerSecond, batchTokensPerSecond }: Assignment) => ({
  name: model,
  value: tokensPerSecond + batchTokensPerSecond,
})
