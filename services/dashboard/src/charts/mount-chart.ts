import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { type ChartActions, type ChartShape, chartOptions } from './chart-options.ts'

export interface MountedChart {
  setData(data: uPlot.AlignedData): void
  destroy(): void
}

export interface ChartContent extends ChartActions {
  readonly shape: ChartShape
  readonly heightPx: number
  readonly data: uPlot.AlignedData
}

/**
 * Draws a chart into an element from the first time that it is on the screen. While it is not, it
 * costs nothing: it catches up with data and range when it is back.
 */
export function mountChart(element: HTMLElement, content: ChartContent): MountedChart {
  const { shape, heightPx, range, onPick } = content
  let { data } = content
  let chart: uPlot | undefined
  let onScreen = false

  const draw = () => {
    if (!onScreen || element.clientWidth === 0) return
    if (!chart) {
      const size = { width: element.clientWidth, height: heightPx }
      chart = new uPlot({ ...chartOptions(shape, { range, onPick }), ...size }, data, element)
    } else if (chart.data !== data) chart.setData(data)
    const { minMs: min, maxMs: max } = range.shown
    if (chart.scales.x?.min !== min || chart.scales.x.max !== max) chart.setScale('x', { min, max })
  }
  const screen = new IntersectionObserver((entries) => {
    onScreen = entries.at(-1)!.isIntersecting
    draw()
  })
  const size = new ResizeObserver(() => {
    if (chart && element.clientWidth !== chart.width) {
      chart.setSize({ width: element.clientWidth, height: heightPx })
    }
  })
  screen.observe(element)
  size.observe(element)
  const stopListening = range.listen(draw)

  return {
    setData(next) {
      data = next
      draw()
    },
    destroy() {
      screen.disconnect()
      size.disconnect()
      stopListening()
      chart?.destroy()
    },
  }
}
