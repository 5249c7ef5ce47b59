/** What the grid of one region will be, by windows of one length. */
export interface RegionOutlook {
  readonly region: string
  /** Of the first window; windows are contiguous. */
  readonly startMs: number
  readonly windowMs: number
  /** Expected intensity of each window; flat where the forecast has no skill. */
  readonly carbonGPerKwh: readonly number[]
  /** Total power / IT power. */
  readonly pue: number
  readonly usdPerGpuHour: number
}

const DAY_MS = 86_400_000
export const HOUR_MS = 3_600_000

/** Index of the window that contains an instant; may lie outside the outlook. */
export const windowAt = ({ startMs, windowMs }: RegionOutlook, atMs: number): number =>
  Math.floor((atMs - startMs) / windowMs)

/**
 * Intensity of a window, gCO2e/kWh of IT power (PUE included). Windows beyond the outlook repeat its
 * last day; windows before it are as its first.
 */
export function carbonIn(outlook: RegionOutlook, window: number): number {
  const { carbonGPerKwh, windowMs, pue } = outlook
  const count = carbonGPerKwh.length
  if (window < count) return carbonGPerKwh[Math.max(0, window)]! * pue
  const day = Math.min(count, Math.max(1, Math.round(DAY_MS / windowMs)))
  return carbonGPerKwh[count - day + ((window - count) % day)]! * pue
}
