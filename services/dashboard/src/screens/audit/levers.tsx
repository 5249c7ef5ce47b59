import type { Schemas } from '../../api/client.ts'
import { inGrams, spelled } from '../../figures/quantity.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { strings } from '../../strings.ts'

type Day = Schemas['Savings']['days'][number]
type Lever = NonNullable<Day['levers']>['levers'][number]

const { savings } = strings
const COLUMNS: readonly Column<Lever>[] = [
  { title: savings.lever, cell: ({ lever }) => lever },
  {
    title: savings.saved,
    number: true,
    cell: ({ savedG }) => (savedG === undefined ? '' : spelled(inGrams(savedG))),
  },
  { title: savings.words, cell: ({ words }) => words },
]

/** What each lever adds to the one before, over the horizon of one plan of the day. */
export function Levers({ day }: { readonly day: Day }) {
  if (!day.levers) return null
  return <DataTable caption={savings.levers} columns={COLUMNS} rows={day.levers.levers} />
}
