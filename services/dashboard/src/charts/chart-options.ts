import uPlot from 'uplot'
import { clockOf, dayOf, utcOf } from '../figures/instant.ts'
import { inDigits } from '../figures/quantity.ts'
import { strings } from '../strings.ts'
import { cssColor } from './colors.ts'
import type { SharedRange } from './time-range.ts'

export interface ChartLine {
  readonly name: string
  /** Name of a colour in the style sheet. */
  readonly color: string
  readonly width?: number
  /** Filled down to zero, or to the line before it in a band. */
  readonly filled?: boolean
  /** Drawn on top of the line before it; the legend says what it adds. */
  readonly stacked?: boolean
}

export interface ChartShape {
  readonly lines: readonly ChartLine[]
  /** Pairs of lines, upper and lower, with the space between them filled. */
  readonly bands: readonly (readonly [upper: number, lower: number])[]
  /** Without axes and legend, for a small place. */
  readonly bare?: boolean
  /** Charts of one group share the cross-hair. */
  readonly group: string
}

export interface ChartActions {
  readonly range: SharedRange
  readonly onPick?: ((atMs: number) => void) | undefined
}

/** Windows are means over their span, so every line is a staircase. */
const staircase = uPlot.paths.stepped!({ align: 1 })

/** @returns options of one time chart, without its size */
export function chartOptions(
  { lines, bands, bare = false, group }: ChartShape,
  { range, onPick }: ChartActions,
): Omit<uPlot.Options, 'width' | 'height'> {
  return {
    ms: 1,
    pxAlign: 0,
    legend: { show: !bare, markers: { width: 0, fill: legendFill } },
    padding: bare ? [4, 0, 2, 0] : [10, 20, 0, 0],
    cursor: {
      sync: { key: group, scales: ['x', null] },
      drag: { x: true, y: false, setScale: false },
      points: { show: !bare },
      y: false,
    },
    scales: { x: { time: true, range: () => [range.shown.minMs, range.shown.maxMs] }, y: fromZero },
    axes: bare ? [{ show: false }, { show: false }] : [timeAxis(), valueAxis()],
    series: [TIME, ...lines.map(seriesOf)],
    bands: bands.map(([upper, lower]) => ({ series: [upper + 1, lower + 1] })),
    hooks: { setSelect: [select(range)], draw: [nowLine()], ready: onPick ? [pick(onPick)] : [] },
  }
}

const TIME: uPlot.Series = {
  label: strings.time.label,
  value: (_chart, atMs) =>
    atMs === null ? '' : `${dayOf(atMs)} ${clockOf(atMs)} (${utcOf(atMs)})`,
}

const fromZero: uPlot.Scale = { range: (_, _min, max) => [0, (max || 1) * 1.08] }

function seriesOf({ name, color, width = 1, filled, stacked }: ChartLine): uPlot.Series {
  const stroke = cssColor(color)
  return {
    label: name,
    stroke,
    width,
    paths: staircase,
    points: { show: false },
    value: (chart, value, index, at) => inWords(stacked ? added(chart, index, at) : value),
    ...(filled && { fill: stroke }),
  }
}

const inWords = (value: number | null | undefined): string =>
  value === null || value === undefined ? '' : inDigits(value)

/** What a stacked line adds to the one before it; the first stands on the ground. */
function added(chart: uPlot, index: number, at: number | null | undefined): number | undefined {
  const sum = at === null || at === undefined ? undefined : chart.data[index]?.[at]
  if (sum === null || sum === undefined) return undefined
  return index > 1 ? sum - (chart.data[index - 1]![at!] ?? 0) : sum
}

const legendFill = (chart: uPlot, index: number): string => {
  const { stroke } = chart.series[index]!
  return typeof stroke === 'function' ? String(stroke(chart, index)) : String(stroke ?? '')
}

function timeAxis(): uPlot.Axis {
  return {
    ...axisColors(),
    size: 30,
    values: (_u, splits) =>
      splits.map((atMs, index) => {
        const day = dayOf(atMs)
        const isNew = index === 0 || dayOf(splits[index - 1]!) !== day
        return isNew ? `${clockOf(atMs)}\n${day}` : clockOf(atMs)
      }),
  }
}

const valueAxis = (): uPlot.Axis => ({ ...axisColors(), size: 48, space: 28 })

function axisColors() {
  const grid = { stroke: cssColor('--rule'), width: 1 }
  const font = '11px "Inter Variable", sans-serif'
  return { stroke: cssColor('--ink-quiet'), grid, ticks: { show: false }, font }
}

/** What was dragged over becomes what all charts show. */
const select = (range: SharedRange) => (chart: uPlot) => {
  const { left, width } = chart.select
  if (width < 4) return
  const [minMs, maxMs] = [left, left + width].map((at) => chart.posToVal(at, 'x'))
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  range.show({ minMs: minMs!, maxMs: maxMs! })
}

const pick = (onPick: (atMs: number) => void) => (chart: uPlot) => {
  chart.over.addEventListener('click', () => {
    const { left } = chart.cursor
    if (left !== undefined && left >= 0) onPick(chart.posToVal(left, 'x'))
  })
}

/** A thin line where now is. */
function nowLine() {
  const stroke = cssColor('--accent')
  return (chart: uPlot): void => {
    const { ctx, bbox } = chart
    const at = chart.valToPos(Date.now(), 'x', true)
    if (at < bbox.left || at > bbox.left + bbox.width) return
    ctx.save()
    ctx.strokeStyle = stroke
    ctx.lineWidth = devicePixelRatio
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio])
    ctx.beginPath()
    ctx.moveTo(at, bbox.top)
    ctx.lineTo(at, bbox.top + bbox.height)
    ctx.stroke()
    ctx.restore()
  }
}
