import type { Schemas } from '../../api/client.ts'
import type { PlanFigures } from '../../figures/capacity.ts'
import { carbonRateAt } from '../../figures/carbon-rate.ts'
import { spanOf } from '../../figures/instant.ts'
import { inCount, inGrams, inPercent, inTokensPerSecond, spelled } from '../../figures/quantity.ts'
import {
  hoursOf,
  loadOf,
  type Plan,
  type Schedule,
  sumOf,
  windowAt,
} from '../../figures/schedule.ts'
import { Figure } from '../../parts/figure.tsx'
import { Time } from '../../parts/time.tsx'
import { strings } from '../../strings.ts'

interface HeadlineProps {
  readonly plan: Plan
  readonly schedule: Schedule
  readonly regions: Schemas['RegionList']['items']
  /** Undefined while nobody knows the plan window by window. */
  readonly figures: PlanFigures | undefined
}

/** The four numbers that say how it goes. */
export function Headline({ plan, schedule, regions, figures }: HeadlineProps) {
  const { predicted, baseline, bound } = schedule
  const hours = hoursOf(schedule)
  const load = loadOf(schedule, windowAt(schedule, Date.now()))
  const installed = sumOf(regions, ({ gpus }) => sumOf(gpus, ({ count }) => count))
  const rate = figures && carbonRateAt(schedule, figures, Date.now())
  const hourly = (grams: number) => spelled(inGrams(grams / hours))
  const { now } = strings
  return (
    <section class="headline" aria-label={strings.nav.now}>
      <dl class="figures">
        <Figure
          label={now.carbon}
          quantity={rate ? perHour(rate.plannedGPerHour) : NOT_KNOWN}
          hint={now.mean(
            hourly(predicted.carbonG),
            spanOf(hours * HOUR_MS),
            hourly(predicted.carbonLowG),
            hourly(predicted.carbonHighG),
          )}
        />
        <Figure
          label={now.instead}
          quantity={rate ? perHour(rate.baselineGPerHour) : NOT_KNOWN}
          hint={now.insteadHint(baseline.name, hourly(baseline.carbonG))}
        />
        <Figure
          label={now.saved}
          quantity={{ value: inPercent(1 - predicted.carbonG / baseline.carbonG), unit: '' }}
          hint={now.savedHint(inPercent(bound.gapRatio))}
        />
        <Figure
          label={now.gpus}
          quantity={{ value: inCount(load.gpus), unit: '' }}
          hint={now.gpusHint(inCount(installed))}
        />
        <Figure
          label={now.demand}
          quantity={inTokensPerSecond(load.tokensPerSecond)}
          hint={now.demandHint}
        />
      </dl>
      <p class="quiet">
        {strings.why.plan} {plan.version}, {strings.time.made}{' '}
        <Time atMs={plan.createdAtMs} shape="away" />, {strings.time.validUntil}{' '}
        <Time atMs={plan.validUntilMs} shape="weekday" />
      </p>
    </section>
  )
}

const HOUR_MS = 3_600_000
const NOT_KNOWN = { value: strings.now.notKnown, unit: '' }

const perHour = (grams: number) => {
  const { value, unit } = inGrams(grams)
  return { value, unit: strings.units.anHour(unit) }
}
