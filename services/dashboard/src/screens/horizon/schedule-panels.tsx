import { useMemo } from 'preact/hooks'
import type { Schemas } from '../../api/client.ts'
import { drawBars } from '../../charts/draw-bars.ts'
import { drawStack } from '../../charts/draw-stack.ts'
import { TimeChart } from '../../charts/time-chart.tsx'
import type { SharedRange } from '../../charts/time-range.ts'
import { capacityByWindow, carbonByWindow, type PlanFigures } from '../../figures/capacity.ts'
import type { Assignment, Schedule } from '../../figures/schedule.ts'
import { variantWords } from '../../figures/variant.ts'
import { Card } from '../../parts/card.tsx'
import { strings } from '../../strings.ts'

interface SchedulePanelsProps {
  readonly region: Schemas['RegionList']['items'][number]
  readonly schedule: Schedule
  readonly figures: PlanFigures | undefined
  readonly range: SharedRange
  readonly group: string
  readonly onPick: (atMs: number) => void
}

const LOW_PX = 130
const { horizon } = strings

/** What the plan runs in a region, what that carries of what it could, and what it emits. */
export function SchedulePanels(props: SchedulePanelsProps) {
  const { region, schedule, figures, range, group, onPick } = props
  const ours = useMemo(
    () => ({
      ...schedule,
      assignments: schedule.assignments.filter((one) => one.region === region.id),
    }),
    [schedule, region.id],
  )
  const replicas = useMemo(() => drawStack(ours, { of: replicasByVariant, group }), [ours, group])
  const traffic = useMemo(() => {
    const limit = figures && { name: horizon.capacity, values: capacityByWindow(ours, figures) }
    return drawStack(ours, { of: trafficByModel, limit, group })
  }, [ours, figures, group])
  const carbon = useMemo(() => {
    const values = figures ? carbonByWindow(figures, region.id) : []
    return drawBars(schedule, { name: horizon.carbon, values, group })
  }, [schedule, figures, region.id, group])
  const panels = [
    { title: horizon.replicas, drawn: replicas },
    { title: horizon.traffic, drawn: traffic },
    { title: horizon.carbonTitle, drawn: carbon, heightPx: LOW_PX },
  ]
  return (
    <>
      {panels.map(({ title, ...panel }) => (
        <Card key={title} title={title} aside={<span class="quiet">{region.id}</span>}>
          <TimeChart label={`${title}, ${region.id}`} {...panel} range={range} onPick={onPick} />
        </Card>
      ))}
    </>
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
