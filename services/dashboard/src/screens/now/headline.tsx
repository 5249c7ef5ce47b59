import type { Schemas } from '../../api/client.ts'
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
}

/** The four numbers that say how it goes. */
export function Headline({ plan, schedule, regions }: HeadlineProps) {
  const { predicted, baseline, bound } = schedule
  const hours = hoursOf(schedule)
  const load = loadOf(schedule, windowAt(schedule, Date.now()))
  const installed = sumOf(regions, ({ gpus }) => sumOf(gpus, ({ count }) => count))
  const hourly = (grams: number) => spelled(inGrams(grams / hours))
  const { now } = strings
  return (
    <section class="headline" aria-label={strings.nav.now}>
      <dl class="figures">
        <Figure
          label={now.carbon}
          quantity={perHour(predicted.carbonG / hours)}
          hint={
            <>
              {now.band(hourly(predicted.carbonLowG), hourly(predicted.carbonHighG))},{' '}
              {now.carbonHint(`${Math.round(hours)} h`)}
            </>
          }
        />
        <Figure
          label={now.instead}
          quantity={perHour(baseline.carbonG / hours)}
          hint={now.insteadHint(baseline.name)}
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

const perHour = (grams: number) => {
  const { value, unit } = inGrams(grams)
  return { value, unit: `${unit}/h` }
}
