import { scaleLog } from 'd3-scale'
import type { JudgedRun } from '../figures/fit.ts'
import { inDigits } from '../figures/quantity.ts'
import { strings } from '../strings.ts'
import { layerColor } from './colors.ts'

interface EqualityPlotProps {
  readonly label: string
  readonly runs: readonly JudgedRun[]
}

const SIZE = 320
const LEFT = 56
const BOTTOM = 34
const TOP = 10
const TICKS = 4
const { fit } = strings

/** Each run: measured across, predicted from the others upwards with its 80 % band. On the line both agree. */
export function EqualityPlot({ label, runs }: EqualityPlotProps) {
  const values = runs.flatMap(({ measured, low, high }) => [measured, low, high])
  const domain = [Math.min(...values) * 0.9, Math.max(...values) * 1.1]
  const x = scaleLog(domain, [LEFT, SIZE - TOP])
  const y = scaleLog(domain, [SIZE - BOTTOM, TOP])
  const ticks = spread(x.ticks(TICKS))
  return (
    <svg class="plot" viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={label}>
      {ticks.map((value) => (
        <g key={value} class="plot-tick">
          <line x1={LEFT} x2={SIZE - TOP} y1={y(value)} y2={y(value)} />
          <line x1={x(value)} x2={x(value)} y1={TOP} y2={SIZE - BOTTOM} />
          <text x={LEFT - 6} y={y(value) + 4} text-anchor="end">
            {inDigits(value)}
          </text>
          <text x={x(value)} y={SIZE - BOTTOM + 16} text-anchor="middle">
            {inDigits(value)}
          </text>
        </g>
      ))}
      <line class="plot-equal" x1={LEFT} y1={SIZE - BOTTOM} x2={SIZE - TOP} y2={TOP} />
      {runs.map(({ name, gpus, measured, predicted, low, high }) => (
        <g
          key={name}
          class="plot-run"
          style={{ '--tone': `var(${layerColor(Math.round(Math.log2(gpus)))})` }}
        >
          <title>{`${name}: ${inDigits(measured)} / ${inDigits(predicted)}`}</title>
          <line x1={x(measured)} x2={x(measured)} y1={y(low)} y2={y(high)} />
          <circle cx={x(measured)} cy={y(predicted)} r={4} />
        </g>
      ))}
      <text class="plot-axis" x={SIZE - TOP} y={SIZE - 4} text-anchor="end">
        {fit.measured}
      </text>
      <text class="plot-axis" x={LEFT + 6} y={TOP + 10}>
        {fit.predicted}
      </text>
    </svg>
  )
}

/** A logarithmic axis may offer many; those that have room. */
const spread = (ticks: readonly number[]): readonly number[] =>
  ticks.filter((_, index) => index % Math.ceil(ticks.length / (TICKS + 1)) === 0)
