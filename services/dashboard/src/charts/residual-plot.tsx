import { scaleLinear } from 'd3-scale'
import type { JudgedRun } from '../figures/fit.ts'
import { inDigits } from '../figures/quantity.ts'
import { layerColor } from './colors.ts'

interface ResidualPlotProps {
  readonly label: string
  readonly runs: readonly JudgedRun[]
}

const WIDTH = 320
const HEIGHT = 150
const LEFT = 56
const EDGE = 10
/** 80 of 100 runs lie within. */
const Z90 = 1.2816

/** How far each run lies off what the others predict, in deviations; 80 of 100 belong in the band. */
export function ResidualPlot({ label, runs }: ResidualPlotProps) {
  const most = Math.max(3, ...runs.map(({ z }) => Math.abs(z)))
  const x = scaleLinear([-0.5, runs.length - 0.5], [LEFT, WIDTH - EDGE])
  const y = scaleLinear([-most, most], [HEIGHT - EDGE, EDGE])
  return (
    <svg class="plot" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <rect
        class="plot-band"
        x={LEFT}
        width={WIDTH - EDGE - LEFT}
        y={y(Z90)}
        height={y(-Z90) - y(Z90)}
      />
      {y.ticks(5).map((value) => (
        <g key={value} class="plot-tick">
          <line x1={LEFT} x2={WIDTH - EDGE} y1={y(value)} y2={y(value)} />
          <text x={LEFT - 6} y={y(value) + 4} text-anchor="end">
            {inDigits(value)}
          </text>
        </g>
      ))}
      {runs.map(({ name, gpus, z }, index) => (
        <g
          key={name}
          class="plot-run"
          style={{ '--tone': `var(${layerColor(Math.round(Math.log2(gpus)))})` }}
        >
          <title>{`${name}: ${inDigits(z)}`}</title>
          <line x1={x(index)} x2={x(index)} y1={y(0)} y2={y(z)} />
          <circle cx={x(index)} cy={y(z)} r={3.5} />
        </g>
      ))}
    </svg>
  )
}
