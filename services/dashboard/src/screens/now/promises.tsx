import type { Schemas } from '../../api/client.ts'
import { useSlo } from '../../api/resources.ts'
import { inCount } from '../../figures/quantity.ts'
import { Card } from '../../parts/card.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { strings } from '../../strings.ts'

type ModelSlo = Schemas['Slo']['items'][number]

const { slo } = strings

/** Whether each model keeps what it is promised, as the engines measure it. */
export function Promises() {
  const resource = useSlo()
  return (
    <Card title={slo.title} aside={<span class="quiet">{slo.hint}</span>}>
      <Loaded resource={resource} heightPx={60}>
        {({ items }) => (
          <ul class="matters">
            {items.map((one) => (
              <li key={one.model}>
                <strong>{one.model}</strong>{' '}
                <span class={`slo slo-${one.state}`}>{slo.states[one.state]}</span>{' '}
                <span class="quiet">{latencyWords(one)}</span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  )
}

function latencyWords({ promised, measured }: ModelSlo): string {
  const words = (['ttftP95Ms', 'tpotP95Ms'] as const).map((which) => {
    const seen = measured[which]
    return slo[which](
      seen === undefined ? slo.notMeasured : inCount(seen),
      inCount(promised[which]),
    )
  })
  return words.join(', ')
}
