import type { Schemas } from '../../../client/index.ts'
import { rungDepth } from './rung.ts'

/** Something a person may want to look at. */
export interface Matter {
  readonly kind: 'check' | 'target' | 'grid'
  readonly subject: string
  readonly words: string
}

/** Below this rung a number is a habit of the grid, not a view of it. */
const FORECAST_DEPTH = rungDepth('blended')

/** What is not as it should be, the worst kind first. */
export function mattersOf(
  checks: Schemas['Readiness']['checks'],
  targets: Schemas['TargetList']['items'],
  regions: Schemas['RegionList']['items'],
): Matter[] {
  const amiss = checks
    .filter(({ ok }) => !ok)
    .map(({ name, words }): Matter => ({ kind: 'check', subject: name, words: words ?? '' }))
  const astray = targets
    .filter(({ status }) => status !== 'synced')
    .map(({ id, status, words }): Matter => {
      return { kind: 'target', subject: id, words: words ?? status }
    })
  const zones = new Map(regions.map(({ zone, carbon }) => [zone, carbon?.quality]))
  const dim = [...zones]
    .filter(([, quality]) => quality !== undefined && rungDepth(quality) > FORECAST_DEPTH)
    .map(([zone, quality]): Matter => ({ kind: 'grid', subject: zone, words: quality! }))
  return [...amiss, ...astray, ...dim]
}
