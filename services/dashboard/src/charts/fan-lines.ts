import type { Fan } from '../figures/fan.ts'
import { strings } from '../strings.ts'
import type { ChartShape } from './chart-options.ts'

const { columns, measured } = strings.horizon

/** The lines of a fan: the band first, so that the middle is drawn over it. */
export const FAN_LINES: Pick<ChartShape, 'lines' | 'bands'> = {
  lines: [
    { name: columns.high, color: '--fan', width: 0, filled: true },
    { name: columns.low, color: '--fan', width: 0 },
    { name: columns.middle, color: '--fan-middle', width: 1.75 },
    { name: measured, color: '--ink-quiet', width: 1.5 },
  ],
  bands: [[0, 1]],
}

/** A fan in the order of `FAN_LINES`. */
export const fanValues = ({ high, low, middle, measured: past }: Fan) => [high, low, middle, past]
