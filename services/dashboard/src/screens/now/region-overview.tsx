import { useMemo } from 'preact/hooks'
import type { Schemas } from '../../api/client.ts'
import { type MapDot, RegionMap } from '../../charts/region-map.tsx'
import { dirtinessOf } from '../../figures/dirtiness.ts'
import { inIntensity, spelled } from '../../figures/quantity.ts'
import { loadOf, type Schedule, windowAt } from '../../figures/schedule.ts'
import { placeOf } from '../../figures/zone-places.ts'
import { Card } from '../../parts/card.tsx'
import { strings } from '../../strings.ts'
import { RegionCards } from './region-cards.tsx'

type Region = Schemas['RegionList']['items'][number]

interface RegionOverviewProps {
  readonly regions: readonly Region[]
  readonly schedule: Schedule | undefined
}

/** The regions on a map and one by one. */
export function RegionOverview({ regions, schedule }: RegionOverviewProps) {
  const dots = useMemo(() => dotsOf(regions, schedule), [regions, schedule])
  const elsewhere = regions.filter(({ zone }) => !placeOf(zone)).map(({ id }) => id)
  return (
    <div class="overview">
      {dots.length > 0 && (
        <Card title={strings.now.regions} className="map-card">
          <RegionMap dots={dots} />
          {elsewhere.length > 0 && (
            <p class="quiet">{strings.now.notOnMap(elsewhere.join(', '))}</p>
          )}
        </Card>
      )}
      <RegionCards regions={regions} schedule={schedule} />
    </div>
  )
}

function dotsOf(regions: readonly Region[], schedule: Schedule | undefined): MapDot[] {
  const window = schedule ? windowAt(schedule, Date.now()) : -1
  const gpusIn = (id: string) => (schedule ? loadOf(schedule, window, id).gpus : 0)
  const most = Math.max(1, ...regions.map(({ id }) => gpusIn(id)))
  return regions.flatMap(({ id, zone, carbon }) => {
    const place = placeOf(zone)
    if (!place) return []
    return {
      id,
      title: id,
      value: carbon ? spelled(inIntensity(carbon.carbonGPerKwh)) : strings.now.unknown,
      place,
      size: gpusIn(id) / most,
      dirtiness: carbon && dirtinessOf(carbon.carbonGPerKwh),
      href: `#/horizon/${id}`,
    }
  })
}
