interface Spanned {
  readonly startMs: number
  readonly endMs: number
}

/** What a window of a forecast says, rung and skill included. */
export const WINDOW_COLUMNS = [
  'carbonGPerKwh',
  'lowGPerKwh',
  'highGPerKwh',
  'quality',
  'source',
  'timeShift',
] as const

/** Rows of `start_utc,end_utc,<columns>`. */
export function csvOf<Row extends Spanned, Column extends keyof Row & string>(
  rows: readonly Row[],
  columns: readonly Column[],
): string {
  const stamp = (atMs: number) => new Date(atMs).toISOString()
  return csvTable([
    ['start_utc', 'end_utc', ...columns],
    ...rows.map((row) => [
      stamp(row.startMs),
      stamp(row.endMs),
      ...columns.map((column) => row[column]),
    ]),
  ])
}

/**
 * Lines of cells, the first one the heading; what is undefined is left empty. A text that a
 * spreadsheet would take for a formula gets an apostrophe in front.
 */
export const csvTable = (lines: readonly (readonly unknown[])[]): string =>
  lines.map((line) => `${line.map(cell).join(',')}\n`).join('')

function cell(value: unknown): string {
  const isFormula = typeof value === 'string' && /^[=+\-@\t\r]/.test(value)
  const text = value === undefined ? '' : `${isFormula ? "'" : ''}${value}`
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
