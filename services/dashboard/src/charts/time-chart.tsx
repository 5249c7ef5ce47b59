import { useEffect, useMemo, useRef } from 'preact/hooks'
import type uPlot from 'uplot'
import type { ChartActions, ChartShape } from './chart-options.ts'
import { type MountedChart, mountChart } from './mount-chart.ts'
import { useShownTheme } from './theme.ts'

export interface TimeChartProps extends ChartActions {
  /** What is drawn, for whoever cannot see it. Its numbers belong into a table beside it. */
  readonly label: string
  readonly heightPx: number
  readonly shape: ChartShape
  /** Starts of the windows and the end of the last one. */
  readonly timesMs: readonly number[]
  /** One array a line, as long as `timesMs`. */
  readonly values: readonly (readonly (number | null)[])[]
}

/** Lines over time that zoom and move together with all charts of the same range. */
export function TimeChart({
  label,
  heightPx,
  shape,
  timesMs,
  values,
  range,
  onPick,
}: TimeChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<MountedChart>()
  const theme = useShownTheme()
  const data = useMemo(
    () => [timesMs, ...values] as unknown as uPlot.AlignedData,
    [timesMs, values],
  )

  // new data is set, not drawn anew; colours are of the theme
  useEffect(() => {
    const mounted = mountChart(place.current!, { shape, heightPx, data, range, onPick })
    chart.current = mounted
    return () => mounted.destroy()
  }, [theme, shape, heightPx, range, onPick])
  useEffect(() => chart.current?.setData(data), [data])

  return (
    <div
      ref={place}
      class={shape.bare ? 'chart chart-bare' : 'chart'}
      role="img"
      aria-label={label}
      style={{ minHeight: `${heightPx}px` }}
    />
  )
}
