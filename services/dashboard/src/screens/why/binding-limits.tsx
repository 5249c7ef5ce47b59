import type { Schemas } from '../../api/client.ts'
import { inGrams, spelled } from '../../figures/quantity.ts'
import { Card } from '../../parts/card.tsx'
import { strings } from '../../strings.ts'

interface BindingLimitsProps {
  readonly limits: Schemas['PlanExplanation']['binding']
}

/** The promises and sizes that cost carbon, the dearest first, and what one more would be worth. */
export function BindingLimits({ limits }: BindingLimitsProps) {
  const { why } = strings
  const sorted = limits.toSorted((a, b) => (b.shadowPriceG ?? 0) - (a.shadowPriceG ?? 0))
  return (
    <Card title={why.binding}>
      {limits.length === 0 && <p class="quiet">{why.noBinding}</p>}
      <ul class="limits">
        {sorted.map(({ limit, region, model, gpu, words, shadowPriceG }) => (
          <li key={words}>
            <div>
              <strong>{limit}</strong> {[region, model, gpu].filter(Boolean).join(', ')}
              <p>{words}</p>
            </div>
            {shadowPriceG !== undefined && (
              <p class="price">
                <span class="quiet">{why.price}</span>
                <strong>
                  {spelled(inGrams(shadowPriceG))} {why.anHour}
                </strong>
              </p>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}
