import type { Schemas } from '../../api/client.ts'
import { useQueueHealth } from '../../api/resources.ts'
import { Card } from '../../parts/card.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { strings } from '../../strings.ts'

type Row = Schemas['QueueHealth']['items'][number]

const { queue } = strings
const COLUMNS: readonly Column<Row>[] = [
  { title: queue.job, cell: ({ job }) => job },
  { title: queue.waiting, number: true, cell: ({ waiting }) => waiting },
  { title: queue.active, number: true, cell: ({ active }) => active },
  { title: queue.delayed, number: true, cell: ({ delayed }) => delayed },
  {
    title: queue.failed,
    number: true,
    cell: ({ failed }) => (failed > 0 ? <strong class="outcome-failed">{failed}</strong> : failed),
  },
]

/** How much work waits, runs and was given up. */
export function Queue() {
  const resource = useQueueHealth()
  return (
    <Loaded resource={resource} heightPx={160}>
      {({ items }) => (
        <Card
          title={queue.title}
          aside={
            <a class="link no-print" href="/admin/queues" target="_blank" rel="noreferrer">
              {queue.board}
            </a>
          }
        >
          <DataTable caption={queue.title} columns={COLUMNS} rows={items} />
        </Card>
      )}
    </Loaded>
  )
}
