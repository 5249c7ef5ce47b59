import { useState } from 'preact/hooks'
import type { Schemas } from '../../api/client.ts'
import { utcDateOf } from '../../figures/instant.ts'
import { inGrams, inPercent, spelled } from '../../figures/quantity.ts'
import { ChoiceField } from '../../parts/choice-field.tsx'
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
  {
    title: savings.ofStatic,
    number: true,
    cell: ({ ofStatic }) => (ofStatic === undefined ? '' : inPercent(ofStatic)),
  },
  { title: savings.words, cell: ({ words }) => words },
]

/** What each lever adds to the one before, over the horizon of one plan of a day that is chosen. */
export function Levers({ days }: { readonly days: readonly Day[] }) {
  const known = days.filter(({ levers }) => levers !== undefined).toReversed()
  const [chosen, setChosen] = useState<string>()
  const day = known.find(({ dayStartMs }) => utcDateOf(dayStartMs) === chosen) ?? known[0]
  if (!day?.levers) return null
  return (
    <>
      <div class="fields">
        <ChoiceField
          label={savings.levers}
          value={utcDateOf(day.dayStartMs)}
          options={known.map(({ dayStartMs }) => utcDateOf(dayStartMs))}
          onChange={setChosen}
        />
      </div>
      <DataTable caption={savings.levers} columns={COLUMNS} rows={day.levers.levers} />
    </>
  )
}
