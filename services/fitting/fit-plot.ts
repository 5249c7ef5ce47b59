import type { CatalogueModel } from './catalogue-model.ts'
import type { FittedGroup } from './fit-group.ts'
import { predict } from './predict.ts'

const SIZE = 420
const MARGIN = 56
const DECADE_MARGIN = 1.15

/**
 * Measured against predicted J/token of a catalogue entry as an SVG: every run predicted from all
 * the others, on logarithmic axes with the line of equality.
 */
export function fitPlot(entry: CatalogueModel, fitted: FittedGroup): string {
  const { step, power } = fitted.outputs
  const { energy } = predict(fitted, entry.settings)
  // The leave-one-out residual is alpha / (C^-1)_ii = z^2 / alpha; smooth it out of the posterior.
  const points = entry.settings.map((_, i) => {
    const predicted = Math.exp(energy.logMean[i]!)
    const residual = looResidual(step, i) + looResidual(power, i)
    return { measured: predicted * Math.exp(residual), predicted }
  })
  const values = points.flatMap((point) => [point.measured, point.predicted])
  const low = Math.min(...values) / DECADE_MARGIN
  const high = Math.max(...values) * DECADE_MARGIN
  const scale = (value: number) => Math.log(value / low) / Math.log(high / low)
  const x = (value: number) => MARGIN + scale(value) * (SIZE - 2 * MARGIN)
  const y = (value: number) => SIZE - x(value)
  const dots = points.map(
    (point) =>
      `<circle cx="${x(point.measured).toFixed(1)}" cy="${y(point.predicted).toFixed(1)}" r="4"/>`,
  )
  const end = SIZE - MARGIN
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}" font-family="sans-serif" font-size="12">`,
    `<title>${entry.id}: measured against predicted J/token</title>`,
    `<rect width="${SIZE}" height="${SIZE}" fill="#fff"/>`,
    `<path d="M${MARGIN} ${end}L${end} ${MARGIN}" stroke="#999" stroke-dasharray="4"/>`,
    `<path d="M${MARGIN} ${MARGIN}V${end}H${end}" fill="none" stroke="#333"/>`,
    `<g fill="#0a7d5a" fill-opacity="0.8">${dots.join('')}</g>`,
    `<text x="${SIZE / 2}" y="24" text-anchor="middle">${entry.id} (${entry.task})</text>`,
    `<text x="${SIZE / 2}" y="${SIZE - 12}" text-anchor="middle">measured J/token</text>`,
    `<text transform="translate(16 ${SIZE / 2}) rotate(-90)" text-anchor="middle">predicted J/token</text>`,
    axis(low, MARGIN, end + 16, 'start'),
    axis(high, end, end + 16, 'end'),
    '</svg>\n',
  ].join('\n')
}

const axis = (value: number, x: number, y: number, anchor: string): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${value.toPrecision(2)}</text>`

const looResidual = ({ z, alpha }: FittedGroup['outputs']['step'], i: number): number =>
  z[i]! ** 2 / alpha[i]!
