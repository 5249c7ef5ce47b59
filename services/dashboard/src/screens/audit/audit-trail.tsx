import { useState } from 'preact/hooks'
import { answered, api, type Schemas } from '../../api/client.ts'
import { useAudit } from '../../api/resources.ts'
import { csvOf } from '../../figures/csv.ts'
import { Card } from '../../parts/card.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { saveText } from '../../parts/save-text.ts'
import { Time } from '../../parts/time.tsx'
import { strings } from '../../strings.ts'

type Entry = Schemas['AuditPage']['items'][number]

const { audit } = strings
const COLUMNS: readonly Column<Entry>[] = [
  { title: audit.when, cell: ({ atMs }) => <Time atMs={atMs} shape="weekday" /> },
  { title: audit.who, cell: ({ actor }) => actor },
  { title: audit.what, cell: ({ action, subject }) => `${action} ${subject}` },
  {
    title: audit.outcome,
    cell: ({ outcome }) => <span class={`outcome outcome-${outcome}`}>{outcome}</span>,
  },
  { title: audit.words, cell: ({ words }) => words },
]

/** The log of changes and refusals, newest first, page after page. */
export function AuditTrail() {
  const first = useAudit()
  const [older, setOlder] = useState<readonly Schemas['AuditPage'][]>([])
  return (
    <Loaded resource={first} heightPx={400}>
      {(page) => {
        const pages = [page, ...older]
        const entries = pages.flatMap(({ items }) => items)
        const { next } = pages.at(-1)!
        const more = async (cursor: string) => {
          const asked = api.GET('/v1/audit', { params: { query: { limit: 50, cursor } } })
          setOlder([...older, await answered(asked)])
        }
        return (
          <Card title={strings.nav.audit} aside={<Export entries={entries} />}>
            {entries.length === 0 ? (
              <p class="quiet">{audit.empty}</p>
            ) : (
              <DataTable caption={strings.nav.audit} columns={COLUMNS} rows={entries} />
            )}
            {next && (
              <button type="button" class="button" onClick={() => void more(next)}>
                {audit.more}
              </button>
            )}
          </Card>
        )
      }}
    </Loaded>
  )
}

function Export({ entries }: { readonly entries: readonly Entry[] }) {
  const save = () => {
    const titles = ['at_utc', 'actor', 'action', 'subject', 'outcome', 'words']
    const rows = entries.map(({ atMs, actor, action, subject, outcome, words }) => [
      new Date(atMs).toISOString(),
      actor,
      action,
      subject,
      outcome,
      words,
    ])
    saveText('gridtide-audit.csv', 'text/csv', csvOf(titles, rows))
  }
  return (
    <div class="actions no-print">
      <button type="button" class="button" onClick={save}>
        {audit.csv}
      </button>
      <button type="button" class="button" onClick={() => window.print()}>
        {audit.print}
      </button>
    </div>
  )
}
