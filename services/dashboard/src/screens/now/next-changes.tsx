import { nextChanges, type ReplicaChange } from '../../figures/next-changes.ts'
import type { Schedule } from '../../figures/schedule.ts'
import { variantWords } from '../../figures/variant.ts'
import { Card } from '../../parts/card.tsx'
import { Time } from '../../parts/time.tsx'
import { strings } from '../../strings.ts'

const MOST_MOMENTS = 5
const MOST_CHANGES = 6

/** What the plan does next, and when. */
export function NextChanges({ schedule }: { readonly schedule: Schedule }) {
  const moments = nextChanges(schedule, Date.now(), MOST_MOMENTS)
  return (
    <Card title={strings.now.next}>
      {moments.length === 0 && <p class="quiet">{strings.now.nothingNext}</p>}
      <ol class="moments">
        {moments.map(({ atMs, changes }) => (
          <li key={atMs}>
            <div class="moment-time">
              <Time atMs={atMs} />
              <span class="quiet">
                <Time atMs={atMs} shape="away" />
              </span>
            </div>
            <ul>
              {changes.slice(0, MOST_CHANGES).map((change) => (
                <li key={`${change.region} ${change.model} ${change.pointId}`}>
                  <ChangeLine change={change} />
                </li>
              ))}
              {changes.length > MOST_CHANGES && (
                <li class="quiet">{strings.now.moreChanges(changes.length - MOST_CHANGES)}</li>
              )}
            </ul>
          </li>
        ))}
      </ol>
    </Card>
  )
}

function ChangeLine({
  change: { region, model, pointId, before, after },
}: {
  readonly change: ReplicaChange
}) {
  return (
    <>
      <span class={after > before ? 'delta delta-up' : 'delta delta-down'}>
        {before} → {after}
      </span>{' '}
      <strong>{model}</strong> {region} <span class="quiet">{variantWords(pointId)}</span>
    </>
  )
}
