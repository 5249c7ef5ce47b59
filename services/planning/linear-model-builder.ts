import type { LinearModel } from './linear-solver.ts'

/** Collects columns, then rows over them; `build` freezes both into a `LinearModel`. */
export interface LinearModelBuilder {
  /** @returns the column's index */
  column(cost: number, upper?: number, whole?: boolean): number
  /** @returns the row's index; `entries` alternates column index and coefficient */
  row(lower: number, upper: number, entries: readonly number[]): number
  readonly columnCount: number
  readonly rowCount: number
  build(): LinearModel
}

/** Lower bounds are zero throughout: nothing in a plan is negative. */
export function linearModelBuilder(): LinearModelBuilder {
  const costs: number[] = []
  const uppers: number[] = []
  const wholes: number[] = []
  const rowLowers: number[] = []
  const rowUppers: number[] = []
  const rowStarts: number[] = [0]
  const columns: number[] = []
  const values: number[] = []
  return {
    column(cost, upper = Number.POSITIVE_INFINITY, whole = false) {
      costs.push(cost)
      uppers.push(upper)
      wholes.push(whole ? 1 : 0)
      return costs.length - 1
    },
    row(lower, upper, entries) {
      for (let at = 0; at < entries.length; at += 2) {
        columns.push(entries[at]!)
        values.push(entries[at + 1]!)
      }
      rowLowers.push(lower)
      rowUppers.push(upper)
      rowStarts.push(columns.length)
      return rowLowers.length - 1
    },
    get columnCount() {
      return costs.length
    },
    get rowCount() {
      return rowLowers.length
    },
    build: () => ({
      columnCount: costs.length,
      rowCount: rowLowers.length,
      costs: Float64Array.from(costs),
      lower: new Float64Array(costs.length),
      upper: Float64Array.from(uppers),
      whole: Uint8Array.from(wholes),
      rowLower: Float64Array.from(rowLowers),
      rowUpper: Float64Array.from(rowUppers),
      rowStarts: Int32Array.from(rowStarts),
      columns: Int32Array.from(columns),
      values: Float64Array.from(values),
    }),
  }
}
