import type { BatchJob, RegionOutlook } from '../../services/batch/index.ts'

export const HOUR_MS = 3_600_000
/** An aligned instant to count from. */
export const T0_MS = Date.parse('2026-03-02T00:00Z')
export const at = (hours: number): number => T0_MS + hours * HOUR_MS

/** A 4 h job within a day, 1 kW, uninterruptible, that nothing delays. */
export function job(change: Partial<BatchJob> = {}): BatchJob {
  return {
    id: 'job',
    tenant: 'default',
    priority: 0,
    earliestStartMs: T0_MS,
    deadline: { kind: 'hard', atMs: at(24) },
    work: 4,
    levels: [{ gpus: 1, workPerHour: 1, kilowatts: 1 }],
    interruptible: false,
    startHours: 0,
    checkpointHours: 0,
    slowestRatio: 1,
    regions: ['here'],
    after: [],
    ...change,
  }
}

/** Sizes 1, 2 and 4, with linear speed and power. */
export const ELASTIC = [1, 2, 4].map((gpus) => ({ gpus, workPerHour: gpus, kilowatts: gpus }))

export const outlook = (
  carbonGPerKwh: readonly number[],
  change: Partial<RegionOutlook> = {},
): RegionOutlook => ({
  region: 'here',
  startMs: T0_MS,
  windowMs: HOUR_MS,
  carbonGPerKwh,
  pue: 1,
  usdPerGpuHour: 0,
  ...change,
})

export const asMap = (...outlooks: readonly RegionOutlook[]): Map<string, RegionOutlook> =>
  new Map(outlooks.map((one) => [one.region, one]))

/** 24 hours that are dirty but for [first, first + 4). */
export const cleanAt = (first: number): number[] =>
  Array.from({ length: 24 }, (_, hour) => (hour >= first && hour < first + 4 ? 100 : 500))
