import type { Schemas } from '../../api/client.ts'
import type { ZoneCourse } from '../../api/resources.ts'
import { FanSpark } from '../../charts/fan-spark.tsx'
import type { SharedRange } from '../../charts/time-range.ts'
import { dirtinessOf } from '../../figures/dirtiness.ts'
import { inCount, inIntensity, inTokensPerSecond, spelled } from '../../figures/quantity.ts'
import { loadOf, type Schedule, sumOf, windowAt } from '../../figures/schedule.ts'
import { RungBadge } from '../../parts/rung-badge.tsx'
import { Time } from '../../parts/time.tsx'
import { strings } from '../../strings.ts'

interface RegionCardProps {
  readonly region: Schemas['RegionList']['items'][number]
  readonly schedule: Schedule | undefined
  readonly course: ZoneCourse | undefined
  readonly range: SharedRange
}

/** How clean one region is, how far to trust that, and what runs there. */
export function RegionCard({ region, schedule, course, range }: RegionCardProps) {
  const { id, zone, carbon, gpus, pue } = region
  const load = schedule && loadOf(schedule, windowAt(schedule, Date.now()), id)
  const installed = sumOf(gpus, ({ count }) => count)
  return (
    <a class="region-card card" href={`#/horizon/${id}`}>
      <header>
        <h3>{id}</h3>
        <span class="quiet">
          {zone} · {strings.now.pue} {pue}
        </span>
      </header>
      {carbon ? (
        <p class="region-intensity">
          <i
            class="dirt"
            style={{ '--dirtiness': dirtinessOf(carbon.carbonGPerKwh) }}
            aria-hidden="true"
          />
          <span class="figure-value">{inIntensity(carbon.carbonGPerKwh).value}</span>{' '}
          <span class="figure-unit">{inIntensity(carbon.carbonGPerKwh).unit}</span>
        </p>
      ) : (
        <p class="region-intensity quiet">{strings.now.unknown}</p>
      )}
      {carbon && (
        <p class="region-source">
          <RungBadge quality={carbon.quality} />
          <span class="quiet">
            {carbon.source}, <Time atMs={carbon.issuedAtMs} />
          </span>
        </p>
      )}
      {course ? <FanSpark course={course} range={range} /> : <div class="spark-place" />}
      <p class="region-load">
        <strong>{load && load.gpus > 0 ? inCount(load.gpus) : strings.now.idle}</strong>
        {strings.now.ofGpus(inCount(installed))}
        {load && load.tokensPerSecond > 0 && (
          <span class="quiet"> · {spelled(inTokensPerSecond(load.tokensPerSecond))}</span>
        )}
      </p>
    </a>
  )
}
