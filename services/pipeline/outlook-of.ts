import type { RegionOutlook } from '../batch/index.ts'
import type { Window } from '../domain/window.ts'
import type { WindowForecast } from '../forecast/index.ts'

/** A place where deferrable jobs may run. */
export interface Place {
  readonly id: string
  readonly pue: number
  readonly usdPerGpuHour: number
}

/**
 * The grid of one place, as batch planning sees it. Windows without skill come as their day's mean
 * from the forecast already, so nothing is shifted by noise.
 *
 * @param windows contiguous and of one length; one forecast each
 */
export function outlookOf(
  { id, pue, usdPerGpuHour }: Place,
  windows: readonly Window[],
  forecast: readonly WindowForecast[],
): RegionOutlook {
  const [first] = windows
  return {
    region: id,
    startMs: first!.startMs,
    windowMs: first!.endMs - first!.startMs,
    carbonGPerKwh: forecast.map(({ carbonGPerKwh }) => carbonGPerKwh),
    pue,
    usdPerGpuHour,
  }
}
