import type { ZoneCourse } from '../api/resources.ts'
import { fanOf } from '../figures/fan.ts'
import { strings } from '../strings.ts'
import type { ChartShape } from './chart-options.ts'
import type { Drawn } from './time-chart.tsx'

const { columns, measured } = strings.horizon

/** The band first, so that the middle is drawn over it. */
const LINES: Pick<ChartShape, 'lines' | 'bands'> = {
  lines: [
    { name: columns.high, color: '--fan', width: 0, filled: true },
    { name: columns.low, color: '--fan', width: 0 },
    { name: columns.middle, color: '--fan-middle', width: 1.75 },
    { name: measured, color: '--ink-quiet', width: 1.5 },
  ],
  bands: [[0, 1]],
}

/** The forecast of one zone with its 10 and 90 % quantiles, after what was measured before it. */
export function drawFan(
  { history, forecast }: Pick<ZoneCourse, 'history' | 'forecast'>,
  place: Pick<ChartShape, 'group' | 'bare'>,
): Drawn {
  const fan = fanOf(history.slots, forecast.windows)
  return {
    shape: { ...LINES, ...place },
    timesMs: fan.timesMs,
    values: [fan.high, fan.low, fan.middle, fan.measured],
  }
}
