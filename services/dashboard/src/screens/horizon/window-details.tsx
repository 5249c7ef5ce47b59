import { useId } from 'preact/hooks'
import { capacityOf, carbonByWindow, type PlanFigures } from '../../figures/capacity.ts'
import { dayOf } from '../../figures/instant.ts'
import { inCount, inDigits, inGrams, spelled } from '../../figures/quantity.ts'
import { type Assignment, gpusOf, loadOf, type Schedule, windowAt } from '../../figures/schedule.ts'
import { variantWords } from '../../figures/variant.ts'
import { Card } from '../../parts/card.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Time } from '../../parts/time.tsx'
import { strings } from '../../strings.ts'

interface WindowDetailsProps {
  readonly region: string
  readonly schedule: Schedule
  readonly figures: PlanFigures | undefined
  readonly pickedMs: number
  readonly onPick: (atMs: number) => void
}

const { horizon } = strings
const { columns } = horizon
const columnsOf = (figures: PlanFigures | undefined): readonly Column<Assignment>[] => [
  { title: columns.model, cell: ({ model }) => model },
  {
    title: columns.variant,
    cell: ({ pointId }) => <span title={pointId}>{variantWords(pointId)}</span>,
  },
  { title: columns.replicas, number: true, cell: ({ replicas }) => inCount(replicas) },
  { title: columns.gpus, number: true, cell: (assignment) => inCount(gpusOf(assignment)) },
  {
    title: columns.traffic,
    number: true,
    cell: ({ tokensPerSecond, batchTokensPerSecond }) =>
      inDigits(tokensPerSecond + batchTokensPerSecond),
  },
  {
    title: columns.capacity,
    number: true,
    cell: (assignment) => {
      const capacity = figures && capacityOf(assignment, figures)
      return capacity === undefined ? '' : inDigits(capacity)
    },
  },
]

/** All that one region runs in one window; the window is a click on a chart, or this slider. */
export function WindowDetails(props: WindowDetailsProps) {
  const { region, schedule, figures, pickedMs, onPick } = props
  const id = useId()
  const last = schedule.windows.length - 1
  const index = Math.max(0, Math.min(last, windowAt(schedule, pickedMs)))
  const { startMs, endMs } = schedule.windows[index]!
  const carbonG = figures && carbonByWindow(figures, region)[index]
  const { assignments } = loadOf(schedule, index, region)
  return (
    <Card
      title={`${horizon.window}, ${region}`}
      aside={
        <strong>
          {dayOf(startMs)}, <Time atMs={startMs} /> – <Time atMs={endMs} />
          {carbonG !== undefined && ` · ${spelled(inGrams(carbonG))}`}
        </strong>
      }
    >
      <label class="visually-hidden" for={id}>
        {horizon.window}
      </label>
      <input
        id={id}
        class="slider"
        type="range"
        min={0}
        max={last}
        value={index}
        aria-valuetext={`${dayOf(startMs)} ${new Date(startMs).toISOString()}`}
        onInput={({ currentTarget }) =>
          onPick(schedule.windows[Number(currentTarget.value)]!.startMs)
        }
      />
      {assignments.length === 0 ? (
        <p class="quiet">{horizon.noReplicas}</p>
      ) : (
        <DataTable caption={horizon.window} columns={columnsOf(figures)} rows={assignments} />
      )}
    </Card>
  )
}
