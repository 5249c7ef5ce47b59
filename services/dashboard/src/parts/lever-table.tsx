import type { Schemas } from '../api/client.ts'
import { inGrams, inPercent, savedWords, spelled } from '../figures/quantity.ts'
import { strings } from '../strings.ts'
import { type Column, DataTable } from './data-table.tsx'

type Lever = NonNullable<Schemas['PlanExplanation']['levers']>['levers'][number]

const { savings } = strings
const COLUMNS: readonly Column<Lever>[] = [
  { title: savings.lever, cell: ({ lever }) => lever },
  {
    title: savings.saved,
    number: true,
    cell: ({ savedG }) => (savedG === undefined ? '' : spelled(inGrams(savedG))),
  },
  { title: savings.band, number: true, cell: savedWords },
  {
    title: savings.ofStatic,
    number: true,
    cell: ({ ofStatic }) => (ofStatic === undefined ? '' : inPercent(ofStatic)),
  },
  { title: savings.words, cell: ({ words }) => words },
]

/** What each lever adds to the one before, with its interval. */
export const LeverTable = ({ levers }: { readonly levers: readonly Lever[] }) => (
  <DataTable caption={savings.levers} columns={COLUMNS} rows={levers} />
)
