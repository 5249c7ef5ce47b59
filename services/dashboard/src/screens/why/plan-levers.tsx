import type { Schemas } from '../../api/client.ts'
import { Card } from '../../parts/card.tsx'
import { LeverTable } from '../../parts/lever-table.tsx'
import { Time } from '../../parts/time.tsx'
import { strings } from '../../strings.ts'

const { savings } = strings

/** Which lever saves how much over the horizon; worked out once an hour, so it may be of a plan just before. */
export function PlanLevers({ levers }: Pick<Schemas['PlanExplanation'], 'levers'>) {
  return (
    <Card
      title={savings.levers}
      aside={
        levers && (
          <span class="quiet">
            {savings.leversAt} <Time atMs={levers.atMs} shape="weekday" />
          </span>
        )
      }
    >
      {levers ? <LeverTable levers={levers.levers} /> : <p class="quiet">{savings.noLevers}</p>}
    </Card>
  )
}
