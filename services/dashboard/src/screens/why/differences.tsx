import { usePlanDiff } from '../../api/resources.ts'
import { mergeSpans, type PlanChange } from '../../figures/merge-spans.ts'
import { inGrams, spelled } from '../../figures/quantity.ts'
import { variantWords } from '../../figures/variant.ts'
import { Card } from '../../parts/card.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Time } from '../../parts/time.tsx'
import { strings } from '../../strings.ts'

const { why, horizon } = strings
const COLUMNS: readonly Column<PlanChange>[] = [
  {
    title: why.when,
    cell: ({ startMs, endMs }) => (
      <>
        <Time atMs={startMs} shape="weekday" /> – <Time atMs={endMs} />
      </>
    ),
  },
  { title: horizon.columns.model, cell: ({ model }) => model },
  { title: horizon.columns.region, cell: ({ region }) => region },
  { title: horizon.columns.variant, cell: ({ pointId }) => variantWords(pointId) },
  { title: why.before, number: true, cell: ({ replicasBefore }) => replicasBefore },
  {
    title: why.after,
    number: true,
    cell: ({ replicasBefore, replicasAfter }) => (
      <span class={replicasAfter > replicasBefore ? 'delta delta-up' : 'delta delta-down'}>
        {replicasAfter}
      </span>
    ),
  },
  { title: why.reason, cell: ({ words }) => words },
]

interface DifferencesProps {
  readonly version: number
  readonly other: number | undefined
}

/** Target by target, what one plan does differently from another. */
export function Differences({ version, other }: DifferencesProps) {
  const diff = usePlanDiff(other, version)
  if (other === undefined) {
    return (
      <Card title={why.changes}>
        <p class="quiet">{why.onlyOne}</p>
      </Card>
    )
  }
  return (
    <Loaded resource={diff} heightPx={240}>
      {({ changes, carbonG }) => (
        <Card
          title={why.changes}
          aside={
            carbonG.from !== undefined &&
            carbonG.to !== undefined && (
              <span>
                <span class="quiet">{why.carbon}</span> {spelled(inGrams(carbonG.from))} →{' '}
                {spelled(inGrams(carbonG.to))}
              </span>
            )
          }
        >
          {changes.length === 0 ? (
            <p class="quiet">{why.noChanges}</p>
          ) : (
            <DataTable caption={why.changes} columns={COLUMNS} rows={mergeSpans(changes)} />
          )}
        </Card>
      )}
    </Loaded>
  )
}
