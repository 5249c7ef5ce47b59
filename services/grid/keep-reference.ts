import type { CarbonSeries } from '../domain/carbon-series.ts'
import type { Climatology } from '../forecast/index.ts'
import { referenceOf } from './reference-of.ts'
import type { Reference } from './suspicion.ts'

interface Kept {
  readonly history: CarbonSeries | undefined
  readonly hour: number
  readonly reference: Reference | undefined
}

const HOUR_MS = 3_600_000

/** `referenceOf` by zone, worked out anew only for another history or hour. */
export function referenceKeeper(usual: (zone: string) => Climatology | undefined) {
  const known = new Map<string, Kept>()
  return (
    zone: string,
    history: CarbonSeries | undefined,
    nowMs: number,
  ): Reference | undefined => {
    const hour = Math.floor(nowMs / HOUR_MS)
    const before = known.get(zone)
    if (before?.history === history && before?.hour === hour) return before.reference
    const reference = referenceOf(history, usual(zone), nowMs)
    known.set(zone, { history, hour, reference })
    return reference
  }
}
