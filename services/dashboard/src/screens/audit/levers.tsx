import { useState } from 'preact/hooks'
import type { Schemas } from '../../api/client.ts'
import { utcDateOf } from '../../figures/instant.ts'
import { ChoiceField } from '../../parts/choice-field.tsx'
import { LeverTable } from '../../parts/lever-table.tsx'
import { strings } from '../../strings.ts'

type Day = Schemas['Savings']['days'][number]

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
          label={strings.savings.leversOn}
          value={utcDateOf(day.dayStartMs)}
          options={known.map(({ dayStartMs }) => utcDateOf(dayStartMs))}
          onChange={setChosen}
        />
      </div>
      <LeverTable levers={day.levers.levers} />
    </>
  )
}
