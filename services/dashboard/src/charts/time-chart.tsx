import { useEffect, useMemo, useRef } from 'preact/hooks'
import type uPlot from 'uplot'
import type { ChartActions, ChartShape } from './chart-options.ts'
import { type MountedChart, mountChart } from './mount-chart.ts'
import { useShownTheme } from './theme.ts'

/** What a chart shows. */
export interface Drawn {
  readonly shape: ChartShape
  /** Starts of the windows and the end of the last one. */
  readonly timesMs: readonly number[]
  /** One array a line, as long as `timesMs`. */
  readonly values: readonly (readonly (number | null)[])[]
}

interface TimeChartProps extends ChartActions {
  /** What is drawn, for whoever cannot see it. Its numbers belong into a table beside it. */
  readonly label: string
  readonly heightPx?: number
  /** Drawn anew where its lines change, not where only its values do. */
  readonly drawn: Drawn
}

const HEIGHT_PX = 210

/** Lines over time that zoom and move together with all charts of the same range. */
export function TimeChart({ label, heightPx = HEIGHT_PX, drawn, range, onPick }: TimeChartProps) {
  const { shape, timesMs, values } = drawn
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
  }, [theme, linesOf(shape), heightPx, range, onPick])
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

/** Two shapes of the same lines look the same. */
const linesOf = ({ lines, group }: ChartShape): string =>
  JSON.stringify([group, lines.map(({ name, color }) => [name, color])])
