export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

export interface Line {
  readonly name: string
  readonly values: readonly number[]
}

const COLOURS = [
  '#1b6ca8',
  '#d1495b',
  '#3b8f5a',
  '#b5790f',
  '#6b4fa0',
  '#4d4d4d',
  '#0d8c8c',
  '#a33b7a',
]
const WIDTH = 860
const HEIGHT = 220
const LEFT = 60
const BOTTOM = 24

/** Lines over hours: one picture, no script, readable in black and white by its dashes. */
export function lineChart(title: string, unit: string, lines: readonly Line[]): string {
  const most = lines.reduce(
    (top, { values }) => values.reduce((high, value) => Math.max(high, value), top),
    1e-9,
  )
  const x = (i: number, count: number) => LEFT + ((WIDTH - LEFT) * i) / Math.max(1, count - 1)
  const y = (value: number) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - 20) * value) / most
  const paths = lines.map(({ values }, index) => {
    const points = values.map(
      (value, i) => `${x(i, values.length).toFixed(1)},${y(value).toFixed(1)}`,
    )
    const dash = index % 2 === 1 ? ' stroke-dasharray="6 3"' : ''
    return `<polyline fill="none" stroke="${colour(index)}" stroke-width="1.5"${dash} points="${points.join(' ')}"/>`
  })
  const legend = lines.map(
    ({ name }, index) => `<span style="color:${colour(index)}">&#9632; ${escaped(name)}</span>`,
  )
  const marks = [0, 0.5, 1].map(
    (share) =>
      `<text x="4" y="${(y(share * most) + 4).toFixed(1)}">${(share * most).toPrecision(3)}</text>` +
      `<line x1="${LEFT}" x2="${WIDTH}" y1="${y(share * most).toFixed(1)}" y2="${y(share * most).toFixed(1)}" stroke="#ddd"/>`,
  )
  return `<figure><figcaption>${escaped(title)} (${escaped(unit)})</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">${marks.join('')}${paths.join('')}</svg><p class="legend">${legend.join(' ')}</p></figure>`
}

const colour = (index: number): string => COLOURS[index % COLOURS.length]!

/** One bar a row; what is negative is drawn hatched, as a loss. */
export function bars(
  title: string,
  rows: readonly { readonly name: string; readonly share: number }[],
): string {
  const most = rows.reduce((top, { share }) => Math.max(top, Math.abs(share)), 1e-9)
  const drawn = rows.map(({ name, share }) => {
    const width = ((100 * Math.abs(share)) / most).toFixed(1)
    const kind = share < 0 ? 'loss' : 'gain'
    return `<tr><th>${escaped(name)}</th><td class="bar"><div class="${kind}" style="width:${width}%"></div></td><td class="number">${(100 * share).toFixed(1)} %</td></tr>`
  })
  return `<figure><figcaption>${escaped(title)}</figcaption><table class="bars">${drawn.join('')}</table></figure>`
}
