import type { Schemas } from '../../api/client.ts'
import { useRuns } from '../../api/resources.ts'
import { Card } from '../../parts/card.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Time } from '../../parts/time.tsx'
import { strings } from '../../strings.ts'
import { UploadRuns } from './upload-runs.tsx'

type Upload = Schemas['RunsPage']['items'][number]

const { runs } = strings
const COLUMNS: readonly Column<Upload>[] = [
  { title: runs.at, cell: ({ uploadedAtMs }) => <Time atMs={uploadedAtMs} shape="weekday" /> },
  { title: runs.model, cell: ({ model }) => model },
  { title: runs.count, number: true, cell: (upload) => upload.runs },
  { title: runs.by, cell: ({ uploadedBy }) => uploadedBy },
]

/** What was measured and uploaded, and a way to add to it. */
export function UploadedRuns({ models }: { readonly models: readonly string[] }) {
  const resource = useRuns()
  return (
    <Card title={runs.title}>
      <Loaded resource={resource} heightPx={80}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="quiet">{runs.none}</p>
          ) : (
            <DataTable caption={runs.title} columns={COLUMNS} rows={items} />
          )
        }
      </Loaded>
      <UploadRuns models={models} />
    </Card>
  )
}
