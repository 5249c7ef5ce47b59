import { useState } from 'preact/hooks'
import type { Schemas } from '../../api/client.ts'
import { inDigits } from '../../figures/quantity.ts'
import { variantWords } from '../../figures/variant.ts'
import { Card } from '../../parts/card.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { strings } from '../../strings.ts'

type Placement = Schemas['PlanExplanation']['placements'][number]

const { why, horizon } = strings
const COLUMNS: readonly Column<Placement>[] = [
  { title: horizon.columns.model, cell: ({ model }) => model },
  { title: horizon.columns.region, cell: ({ region }) => region },
  { title: horizon.columns.variant, cell: ({ pointId }) => variantWords(pointId) },
  { title: horizon.columns.replicas, number: true, cell: ({ replicas }) => replicas },
  {
    title: why.cost,
    number: true,
    cell: ({ costPerMillionTokens }) => inDigits(costPerMillionTokens),
  },
  { title: why.runnerUp, cell: ({ runnerUp }) => <RunnerUp runnerUp={runnerUp} /> },
]

/** Why what runs in a window runs there, and what came second. */
export function Placements({ placements }: { readonly placements: readonly Placement[] }) {
  const windows = [...new Set(placements.map(({ window }) => window))]
  const [chosen, setChosen] = useState(windows[0]!)
  const window = windows.includes(chosen) ? chosen : windows[0]!
  return (
    <Card
      title={why.placements}
      aside={
        <label class="inline">
          {horizon.window}
          <select
            value={window}
            onChange={({ currentTarget }) => setChosen(Number(currentTarget.value))}
          >
            {windows.map((one) => (
              <option key={one} value={one}>
                {one + 1}
              </option>
            ))}
          </select>
        </label>
      }
    >
      <DataTable
        caption={why.placements}
        columns={COLUMNS}
        rows={placements.filter((one) => one.window === window)}
      />
    </Card>
  )
}

function RunnerUp({ runnerUp }: Pick<Placement, 'runnerUp'>) {
  if (!runnerUp) return <span class="quiet">{why.noRunnerUp}</span>
  const { region, pointId, costPerMillionTokens, because } = runnerUp
  return (
    <>
      {region}, {variantWords(pointId)}{' '}
      <span class="quiet">
        {because}, {inDigits(costPerMillionTokens)}
      </span>
    </>
  )
}
