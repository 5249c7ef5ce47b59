interface Spanned {
  readonly startMs: number
  readonly endMs: number
}

/** Rows of `start_utc,end_utc,<columns>`; nothing in these columns ever needs quoting but names. */
export function csvOf<Row extends Spanned, Column extends keyof Row & string>(
  rows: readonly Row[],
  columns: readonly Column[],
): string {
  const stamp = (atMs: number) => new Date(atMs).toISOString()
  const lines = rows.map((row) =>
    [stamp(row.startMs), stamp(row.endMs), ...columns.map((column) => cell(row[column]))].join(','),
  )
  return `${['start_utc,end_utc', ...columns].join(',')}\n${lines.map((line) => `${line}\n`).join('')}`
}

function cell(value: unknown): string {
  const text = value === undefined ? '' : String(value)
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
