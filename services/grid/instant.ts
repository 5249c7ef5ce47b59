import { UpstreamMalformed } from '../domain/errors.ts'

/** Date, hour and minute; seconds, their fraction and the zone may be missing. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/
const ZONE = /(Z|[+-]\d{2}:?\d{2})$/
/** No provider has data before, and no forecast reaches beyond: a stamp outside is a defect. */
const EARLIEST_MS = Date.UTC(1990, 0, 1)
const LATEST_MS = Date.UTC(2100, 0, 1)

/**
 * Reads a provider's time stamp.
 *
 * @param naiveIsUtc the provider documents stamps without a zone as UTC; otherwise such a stamp is
 *   refused, because a local hour is missing and another doubled each year
 * @returns milliseconds since the epoch
 * @throws UpstreamMalformed
 */
export function instantMs(upstream: string, text: string, naiveIsUtc = false): number {
  const zoned = ZONE.test(text) || !naiveIsUtc ? text : `${text}Z`
  const atMs = INSTANT.test(text) && ZONE.test(zoned) ? Date.parse(zoned) : Number.NaN
  if (!(atMs >= EARLIEST_MS && atMs < LATEST_MS)) {
    throw new UpstreamMalformed(`not a point in time with a zone: ${text.slice(0, 40)}`, {
      upstream,
    })
  }
  return atMs
}

/** `2021-09-15T00:00Z`, the form every provider here accepts. */
export const minuteStamp = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 16)}Z`
