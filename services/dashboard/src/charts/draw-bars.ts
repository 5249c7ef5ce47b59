import type { Schedule } from '../figures/schedule.ts'
import type { Drawn } from './time-chart.tsx'

/** One filled staircase over the windows of a schedule. */
export function drawBars(
  { windows }: Pick<Schedule, 'windows'>,
  { name, values, group }: { name: string; values: readonly number[]; group: string },
): Drawn {
  return {
    shape: { lines: [{ name, color: '--layer-4', filled: true }], bands: [], group },
    timesMs: [...windows.map(({ startMs }) => startMs), windows.at(-1)?.endMs ?? 0],
    values: [[...values, values.at(-1) ?? 0]],
  }
}
