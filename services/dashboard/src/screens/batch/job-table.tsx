import { answered, api } from '../../api/client.ts'
import { useDoing } from '../../api/use-doing.ts'
import { type BatchJob, endOf, hasEnded } from '../../figures/gantt.ts'
import { inGrams, inPercent, spelled } from '../../figures/quantity.ts'
import { Card } from '../../parts/card.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { DoingWords } from '../../parts/doing-words.tsx'
import { Time } from '../../parts/time.tsx'
import { strings } from '../../strings.ts'

const { batch } = strings
const { columns } = batch

/** Every job in numbers, ended ones too, and a way to call one off. */
export function JobTable({ jobs }: { readonly jobs: readonly BatchJob[] }) {
  const [doing, start] = useDoing()
  const cancel = ({ id }: BatchJob) =>
    start(async () => {
      await answered(api.DELETE('/v1/batch/jobs/{id}', { params: { path: { id } } }))
      return batch.cancelled(id)
    })
  return (
    <Card title={batch.tableTitle} aside={<DoingWords doing={doing} />}>
      <DataTable caption={batch.tableTitle} columns={columnsOf(cancel)} rows={jobs} />
    </Card>
  )
}

const columnsOf = (cancel: (job: BatchJob) => void): readonly Column<BatchJob>[] => [
  { title: columns.job, cell: ({ id }) => <strong>{id}</strong> },
  { title: columns.state, cell: ({ state }) => batch.states[state] },
  { title: columns.place, cell: ({ planned }) => planned?.region },
  { title: columns.start, cell: ({ planned }) => <When atMs={planned?.pieces[0]?.startMs ?? 0} /> },
  { title: columns.end, cell: (job) => <When atMs={endOf(job)} /> },
  { title: columns.deadline, cell: ({ deadlineMs }) => <When atMs={deadlineMs} /> },
  {
    title: columns.left,
    number: true,
    cell: ({ work, workLeft }) => inPercent(workLeft / work),
  },
  { title: columns.gpusNow, number: true, cell: ({ gpusNow }) => gpusNow },
  {
    title: columns.carbon,
    number: true,
    cell: ({ planned, report }) => {
      const grams = report?.used.carbonG ?? planned?.carbonG
      return grams === undefined ? '' : spelled(inGrams(grams))
    },
  },
  {
    title: columns.saved,
    number: true,
    cell: ({ report }) => report && inPercent(report.savedRatio),
  },
  {
    title: columns.cancel,
    cell: (job) =>
      hasEnded(job) ? null : (
        <button
          type="button"
          class="button"
          aria-label={batch.cancel(job.id)}
          onClick={() => cancel(job)}
        >
          {columns.cancel}
        </button>
      ),
  },
]

const When = ({ atMs }: { readonly atMs: number }) =>
  atMs > 0 ? <Time atMs={atMs} shape="weekday" /> : null
