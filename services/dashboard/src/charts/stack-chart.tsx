import { useMemo } from 'preact/hooks'
import { inDigits } from '../figures/quantity.ts'
import type { Assignment, Schedule } from '../figures/schedule.ts'
import { cumulated, layersOf } from '../figures/stack.ts'
import { strings } from '../strings.ts'
import type { ChartActions, ChartShape } from './chart-options.ts'
import { LAYER_COLORS, layerColor } from './colors.ts'
import { TimeChart } from './time-chart.tsx'

interface StackChartProps extends ChartActions {
  readonly label: string
  readonly schedule: Schedule
  /** What an assignment adds, and to which layer. Must stay the same function. */
  readonly of: (assignment: Assignment) => { readonly name: string; readonly value: number }
  readonly group: string
}

/** Layers of a schedule on top of one another, window by window. */
export function StackChart({ label, schedule, of, group, range, onPick }: StackChartProps) {
  const { shape, timesMs, values } = useMemo(
    () => stackOf(schedule, of, group),
    [schedule, of, group],
  )
  return (
    <TimeChart
      label={label}
      heightPx={210}
      shape={shape}
      timesMs={timesMs}
      values={values}
      range={range}
      onPick={onPick}
    />
  )
}

function stackOf(schedule: Schedule, of: StackChartProps['of'], group: string) {
  const layers = layersOf(schedule, of, LAYER_COLORS, strings.horizon.rest)
  const { windows } = schedule
  const lines = layers.map(({ name, values }, index) => ({
    name,
    color: layerColor(index),
    filled: true,
    valueAt: (at: number) => (at < values.length ? inDigits(values[at]!) : ''),
  }))
  const shape: ChartShape = {
    lines,
    bands: lines.slice(1).map((_, index) => [index + 1, index] as const),
    group,
  }
  return {
    shape,
    timesMs: [
      ...windows.map(({ startMs }) => startMs),
      ...windows.slice(-1).map(({ endMs }) => endMs),
    ],
    values: cumulated(layers).map((sums) => [...sums, sums.at(-1) ?? 0]),
  }
}
