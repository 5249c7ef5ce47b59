import type { ComponentChildren } from 'preact'
import type { Schemas } from '../../api/client.ts'
import { inDigits, inGrams, inKwh, inPercent, spelled } from '../../figures/quantity.ts'
import { hoursOf, type Schedule } from '../../figures/schedule.ts'
import { Card } from '../../parts/card.tsx'
import { strings } from '../../strings.ts'

type Outcome = Schemas['Simulation']['outcome']
type Totals = Pick<Schedule, 'predicted' | 'baseline' | 'bound'>

interface ComparisonProps {
  readonly today: Schedule
  /** Undefined until something was asked. */
  readonly outcome: Outcome | undefined
  readonly busy: boolean
}

const { whatIf: words } = strings

const ROWS: readonly { readonly name: string; readonly of: (totals: Totals) => string }[] = [
  { name: words.carbon, of: ({ predicted }) => spelled(inGrams(predicted.carbonG)) },
  { name: words.bound, of: ({ bound }) => spelled(inGrams(bound.carbonG)) },
  { name: words.energy, of: ({ predicted }) => spelled(inKwh(predicted.energyKwh)) },
  { name: words.cost, of: ({ predicted }) => words.usd(inDigits(predicted.costUsd)) },
  {
    name: words.against,
    of: ({ predicted, baseline }) => inPercent(1 - predicted.carbonG / baseline.carbonG),
  },
]

/** The plan of today beside the one that was asked about. */
export function Comparison({ today, outcome, busy }: ComparisonProps) {
  const then = outcome?.status === 'planned' ? outcome : undefined
  return (
    <Card
      title={`${words.today} / ${words.changed}`}
      aside={<span class="quiet">{words.horizon(`${Math.round(hoursOf(today))} h`)}</span>}
    >
      <table class="comparison" aria-busy={busy}>
        <thead>
          <tr>
            <td />
            <th scope="col" class="number">
              {words.today}
            </th>
            <th scope="col" class="number">
              {words.changed}
            </th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map(({ name, of }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="number">{of(today)}</td>
              <td class="number">{then && of(then)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div role="status">
        <Verdict today={today} outcome={outcome} busy={busy} />
      </div>
    </Card>
  )
}

function Verdict({ today, outcome, busy }: ComparisonProps): ComponentChildren {
  if (busy) return <p class="quiet">{words.asking}…</p>
  if (!outcome) return <p class="quiet">{words.hint}</p>
  if (outcome.status === 'infeasible') {
    return (
      <p class="notice notice-wrong">
        <strong>{strings.states.infeasible}</strong> {outcome.words} {outcome.relaxation}
      </p>
    )
  }
  const moreG = outcome.predicted.carbonG - today.predicted.carbonG
  return (
    <p class="lede">
      {words.difference}: {moreG > 0 ? '+' : ''}
      {spelled(inGrams(moreG))}
    </p>
  )
}
