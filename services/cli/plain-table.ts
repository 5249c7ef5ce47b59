import Table from 'cli-table3'

/** A table without colours: it may be read by a person, a file or a pipe. */
export const plainTable = (head: readonly string[]) =>
  new Table({ head: [...head], style: { head: [], border: [], compact: true } })
