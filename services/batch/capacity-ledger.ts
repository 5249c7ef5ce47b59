import { type RegionOutlook, windowAt } from './outlook.ts'

/** GPUs that nothing has spoken for, by region and window. Mutable: placing a job takes from it. */
export interface CapacityLedger {
  /** GPUs free over all windows that [startMs, endMs) touches. */
  free(region: string, startMs: number, endMs: number): number
  /** Takes GPUs over those windows, or gives them back where negative. */
  take(region: string, startMs: number, endMs: number, gpus: number): void
}

/**
 * @param gpus how many there are in a region, by window of its outlook; the last one counts on
 * @param spanMs how far the ledger reaches from the outlooks' start; beyond it nothing is held
 */
export function capacityLedger(
  outlooks: readonly RegionOutlook[],
  gpus: (region: string, window: number) => number,
  spanMs: number,
): CapacityLedger {
  const books = new Map(
    outlooks.map((outlook) => {
      const count = Math.ceil(spanMs / outlook.windowMs)
      const free = Float64Array.from({ length: count }, (_, t) => gpus(outlook.region, t))
      return [outlook.region, { outlook, free }] as const
    }),
  )
  const rangeOf = (region: string, startMs: number, endMs: number) => {
    const { outlook, free } = books.get(region)!
    const first = Math.max(0, windowAt(outlook, startMs))
    const end = Math.min(free.length, windowAt(outlook, endMs - 1) + 1)
    return { outlook, free, first, end }
  }
  return {
    free(region, startMs, endMs) {
      const { free, first, end } = rangeOf(region, startMs, endMs)
      // Beyond the ledger's end nothing is held yet, so what the last window owns stands for it.
      let least = first >= free.length ? gpus(region, free.length - 1) : Number.POSITIVE_INFINITY
      for (let t = first; t < end; t++) least = Math.min(least, free[t]!)
      return least
    },
    take(region, startMs, endMs, count) {
      const { free, first, end } = rangeOf(region, startMs, endMs)
      for (let t = first; t < end; t++) free[t]! -= count
    },
  }
}

/** A ledger that never says no, for regions whose GPUs are rented by the hour. */
export const unlimited: CapacityLedger = {
  free: () => Number.POSITIVE_INFINITY,
  take: () => undefined,
}
