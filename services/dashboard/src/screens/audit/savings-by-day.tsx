import type { Schemas } from '../../api/client.ts'
import { useSavings } from '../../api/resources.ts'
import { csvOf } from '../../figures/csv.ts'
import { utcDateOf } from '../../figures/instant.ts'
import { inCount, inGrams, inPercent, savedWords, spelled } from '../../figures/quantity.ts'
import { Card } from '../../parts/card.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { saveText } from '../../parts/save-text.ts'
import { strings } from '../../strings.ts'
import { Levers } from './levers.tsx'

type Day = Schemas['Savings']['days'][number]

const { savings } = strings
const COLUMNS: readonly Column<Day>[] = [
  { title: savings.day, cell: ({ dayStartMs }) => utcDateOf(dayStartMs) },
  { title: savings.used, number: true, cell: ({ planned }) => spelled(inGrams(planned.carbonG)) },
  {
    title: savings.instead,
    number: true,
    cell: ({ baseline }) => spelled(inGrams(baseline.carbonG)),
  },
  { title: savings.saved, number: true, cell: ({ savedG }) => spelled(inGrams(savedG)) },
  { title: savings.band, number: true, cell: savedWords },
]

/** What was emitted and saved, day by day, against the rule of thumb at the same load. */
export function SavingsByDay() {
  const resource = useSavings()
  return (
    <Loaded resource={resource} heightPx={200}>
      {({ total, days }) => (
        <Card
          title={savings.title}
          aside={days.length > 0 && <span>{savings.total(inCount(total.windows))}</span>}
        >
          {days.length === 0 ? (
            <p class="quiet">{savings.none}</p>
          ) : (
            <>
              <p class="lede">
                {savings.totalSaved(
                  spelled(inGrams(total.savedG)),
                  inPercent(total.savedG / total.baseline.carbonG),
                  savedWords(total),
                )}
              </p>
              <DataTable caption={savings.title} columns={COLUMNS} rows={days} />
              <Levers days={days} />
              <button type="button" class="button no-print" onClick={() => save(days)}>
                {strings.audit.csv}
              </button>
            </>
          )}
        </Card>
      )}
    </Loaded>
  )
}

function save(days: readonly Day[]): void {
  const titles = [
    'day_utc',
    'emitted_gco2e',
    'baseline_gco2e',
    'saved_gco2e',
    'saved_low_gco2e',
    'saved_high_gco2e',
    'energy_kwh',
    'tokens',
  ]
  const rows = days.map(({ dayStartMs, planned, baseline, tokens, ...saved }) =>
    [
      utcDateOf(dayStartMs),
      planned.carbonG,
      baseline.carbonG,
      saved.savedG,
      saved.savedLowG ?? '',
      saved.savedHighG ?? '',
      planned.energyKwh,
      tokens,
    ].map(String),
  )
  saveText('gridtide-savings.csv', 'text/csv', csvOf(titles, rows))
}
