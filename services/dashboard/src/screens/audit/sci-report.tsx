import { useSci } from '../../api/resources.ts'
import { inGrams } from '../../figures/quantity.ts'
import { Card } from '../../parts/card.tsx'
import { Figure } from '../../parts/figure.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { strings } from '../../strings.ts'

const { savings } = strings

/** The software carbon intensity, with its boundary and method beside it. */
export function SciReport() {
  const resource = useSci()
  return (
    <Loaded resource={resource} heightPx={160}>
      {({ scoreG, functionalUnit, boundary, method, embodied }) => (
        <Card title={savings.sci}>
          {scoreG === undefined ? (
            <p class="quiet">{savings.sciNone}</p>
          ) : (
            <dl>
              <Figure
                label={functionalUnit}
                quantity={inGrams(scoreG)}
                hint={`${boundary}. ${method}. ${savings.embodied}: ${embodied}.`}
              />
            </dl>
          )}
        </Card>
      )}
    </Loaded>
  )
}
