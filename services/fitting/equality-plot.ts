const SIZE = 420
const MARGIN = 56
const DECADE_MARGIN = 1.15
const COLOURS = ['#0a7d5a', '#c2571a', '#3455a4']

export interface PlotPoint {
  readonly measured: number
  readonly predicted: number
}

/** Points in one colour. */
export interface PlotSeries {
  readonly name: string
  readonly points: readonly PlotPoint[]
}

/** Measured against predicted as an SVG: logarithmic axes with the line of equality. */
export function equalityPlot(
  title: string,
  quantity: string,
  series: readonly PlotSeries[],
): string {
  const values = series.flatMap(({ points }) => points.flatMap((p) => [p.measured, p.predicted]))
  const low = Math.min(...values) / DECADE_MARGIN
  const high = Math.max(...values) * DECADE_MARGIN
  const scale = (value: number) => Math.log(value / low) / Math.log(high / low)
  const x = (value: number) => MARGIN + scale(value) * (SIZE - 2 * MARGIN)
  const dots = series.map(({ points }, i) => {
    const circles = points.map(
      ({ measured, predicted }) =>
        `<circle cx="${x(measured).toFixed(1)}" cy="${(SIZE - x(predicted)).toFixed(1)}" r="4"/>`,
    )
    return `<g fill="${COLOURS[i % COLOURS.length]}" fill-opacity="0.8">${circles.join('')}</g>`
  })
  const end = SIZE - MARGIN
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}" font-family="sans-serif" font-size="12">`,
    `<title>${title}: measured against predicted ${quantity}</title>`,
    `<rect width="${SIZE}" height="${SIZE}" fill="#fff"/>`,
    `<path d="M${MARGIN} ${end}L${end} ${MARGIN}" stroke="#999" stroke-dasharray="4"/>`,
    `<path d="M${MARGIN} ${MARGIN}V${end}H${end}" fill="none" stroke="#333"/>`,
    ...dots,
    ...legend(series),
    `<text x="${SIZE / 2}" y="24" text-anchor="middle">${title}</text>`,
    `<text x="${SIZE / 2}" y="${SIZE - 12}" text-anchor="middle">measured ${quantity}</text>`,
    `<text transform="translate(16 ${SIZE / 2}) rotate(-90)" text-anchor="middle">predicted ${quantity}</text>`,
    axis(low, MARGIN, end + 16, 'start'),
    axis(high, end, end + 16, 'end'),
    '</svg>\n',
  ].join('\n')
}

const legend = (series: readonly PlotSeries[]): readonly string[] =>
  series.map(
    ({ name }, i) =>
      `<text x="${MARGIN + 12}" y="${MARGIN + 12 + 16 * i}" fill="${COLOURS[i % COLOURS.length]}">${name}</text>`,
  )

const axis = (value: number, x: number, y: number, anchor: string): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${value.toPrecision(2)}</text>`
