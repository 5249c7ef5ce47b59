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
  let widthPx = 0 // as the observers tell it: to ask would lay out the page, once a chart

  const draw = () => {
    if (!onScreen || widthPx === 0) return
    if (!chart) {
      const size = { width: widthPx, height: heightPx }
      chart = new uPlot({ ...chartOptions(shape, { range, onPick }), ...size }, data, element)
    } else if (chart.data !== data) chart.setData(data)
    const { minMs: min, maxMs: max } = range.shown
    if (chart.scales.x?.min !== min || chart.scales.x.max !== max) chart.setScale('x', { min, max })
  }
  const screen = new IntersectionObserver((entries) => {
    const { isIntersecting, boundingClientRect } = entries.at(-1)!
    onScreen = isIntersecting
    widthPx = Math.round(boundingClientRect.width)
    draw()
  })
  const size = new ResizeObserver((entries) => {
    widthPx = Math.round(entries.at(-1)!.contentRect.width)
    if (chart && widthPx > 0 && widthPx !== chart.width) {
      chart.setSize({ width: widthPx, height: heightPx })
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
