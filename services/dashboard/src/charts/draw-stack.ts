import type { Assignment, Schedule } from '../figures/schedule.ts'
import { cumulated, layersOf } from '../figures/stack.ts'
import { strings } from '../strings.ts'
import type { ChartLine } from './chart-options.ts'
import { LAYER_COLORS, layerColor } from './colors.ts'
import type { Drawn } from './time-chart.tsx'

export interface StackParts {
  /** What an assignment adds, and to which layer. */
  readonly of: (assignment: Assignment) => { readonly name: string; readonly value: number }
  /** A line over the stack, one value a window. */
  readonly limit?: { readonly name: string; readonly values: readonly number[] } | undefined
  readonly group: string
}

/** Layers of a schedule on top of one another, window by window. */
export function drawStack(schedule: Schedule, { of, limit, group }: StackParts): Drawn {
  const layers = layersOf(schedule, of, LAYER_COLORS, strings.horizon.rest)
  const { windows } = schedule
  const lines = layers.map(
    ({ name }, index): ChartLine => ({
      name,
      color: layerColor(index),
      filled: true,
      stacked: true,
    }),
  )
  const stacked = cumulated(layers)
  return {
    shape: {
      lines: limit ? [...lines, { name: limit.name, color: '--ink', width: 1.75 }] : lines,
      bands: lines.slice(1).map((_, index) => [index + 1, index] as const),
      group,
    },
    timesMs: [
      ...windows.map(({ startMs }) => startMs),
      ...windows.slice(-1).map(({ endMs }) => endMs),
    ],
    values: [...stacked, ...(limit ? [limit.values] : [])].map((one) => [...one, one.at(-1) ?? 0]),
  }
}
