import type { MeasuredRun } from '../fitting/index.ts'

/** A row that was not believed, and why. */
export interface Quarantined {
  /** Line in a CSV (the header is 1), index in a JSON array. */
  readonly row: number
  readonly reason: string
}

export interface Reading {
  readonly runs: readonly MeasuredRun[]
  readonly quarantined: readonly Quarantined[]
}

/** Outcome of looking at one row. */
export type RowOutcome = { readonly run: MeasuredRun } | { readonly reason: string }

export function collect(outcomes: readonly { row: number; outcome: RowOutcome }[]): Reading {
  const runs: MeasuredRun[] = []
  const quarantined: Quarantined[] = []
  for (const { row, outcome } of outcomes) {
    if ('run' in outcome) runs.push(outcome.run)
    else quarantined.push({ row, reason: outcome.reason })
  }
  return { runs, quarantined }
}
