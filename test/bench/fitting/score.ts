import type { MeasuredRun } from '../../../services/fitting/index.ts'
import type { Guess } from './baselines.ts'

const COLUMNS = ['tokensPerSecond', 'itl', 'itlP95', 'power', 'joulesPerToken'] as const
type Column = (typeof COLUMNS)[number]
export type Errors = Readonly<Record<Column, number[]>>
export type Spread = { readonly median: number; readonly p90: number }

export const noErrors = (): Errors => ({
  tokensPerSecond: [],
  itl: [],
  itlP95: [],
  power: [],
  joulesPerToken: [],
})

/**
 * Adds the absolute percentage errors of one guess; columns the file lacks are skipped, and so is
 * what a contender had nothing to guess from.
 */
export function addErrors(errors: Errors, run: MeasuredRun, guess: Guess): void {
  const add = (column: Column, guessed: number, measured: number | undefined) => {
    if (measured !== undefined && !Number.isNaN(guessed))
      errors[column].push(100 * Math.abs(guessed / measured - 1))
  }
  add('tokensPerSecond', guess.tokensPerSecond, run.tokensPerSecond)
  add('itl', guess.itlMs, run.itlMs)
  add('itlP95', guess.itlP95Ms, run.itlP95Ms)
  add('power', guess.powerWatts, run.powerWatts)
  const joules = run.powerWatts === undefined ? undefined : run.powerWatts / run.tokensPerSecond
  add('joulesPerToken', guess.powerWatts / guess.tokensPerSecond, joules)
}

export const summarise = (errors: Errors): Readonly<Record<Column, Spread>> =>
  Object.fromEntries(COLUMNS.map((column) => [column, spread(errors[column])])) as Record<
    Column,
    Spread
  >

export const spread = (values: readonly number[]): Spread => ({
  median: quantile(values, 0.5),
  p90: quantile(values, 0.9),
})

/** Linear interpolation between order statistics, two decimals; NaN becomes null in JSON. */
function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const position = (sorted.length - 1) * q
  const low = sorted[Math.floor(position)]!
  const high = sorted[Math.ceil(position)]!
  return Math.round((low + (high - low) * (position % 1)) * 100) / 100
}

/** `baseline` is no better than ours in any cell. */
export const beats = (
  ours: Readonly<Record<Column, Spread>>,
  baseline: Readonly<Record<Column, Spread>>,
): boolean =>
  COLUMNS.every(
    (column) =>
      Number.isNaN(ours[column].median) ||
      (ours[column].median < baseline[column].median && ours[column].p90 < baseline[column].p90),
  )
