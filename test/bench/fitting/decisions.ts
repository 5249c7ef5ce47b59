import type { MeasuredRun } from '../../../services/fitting/index.ts'
import type { Guess } from './baselines.ts'

const SLO_MS = [25, 50, 100]

export interface Decisions {
  count: number
  right: number
  violations: number
  violations5pct: number
  readonly regrets: number[]
}

export const noDecisions = (): Decisions => ({
  count: 0,
  right: 0,
  violations: 0,
  violations5pct: 0,
  regrets: [],
})

/**
 * In each group, at mean TPOT limits of 25, 50 and 100 ms: is the configuration of least J/token
 * found? Measured runs stand with their measured values, as they would for a user. Limits that no
 * configuration meets are no decisions.
 */
export function addDecisions(
  into: Decisions,
  runs: readonly MeasuredRun[],
  guessOf: (run: MeasuredRun) => Pick<Guess, 'tokensPerSecond' | 'powerWatts'>,
): void {
  const rows = runs
    .filter((run) => run.powerWatts !== undefined)
    .map((run) => {
      const guess = guessOf(run)
      return {
        stepMs: (1e3 * run.batch) / run.tokensPerSecond,
        joules: run.powerWatts! / run.tokensPerSecond,
        guessedStepMs: (1e3 * run.batch) / guess.tokensPerSecond,
        guessedJoules: guess.powerWatts / guess.tokensPerSecond,
      }
    })
  for (const limit of SLO_MS) decide(into, rows, limit)
}

interface Row {
  readonly stepMs: number
  readonly joules: number
  readonly guessedStepMs: number
  readonly guessedJoules: number
}

function decide(into: Decisions, rows: readonly Row[], limit: number): void {
  const feasible = rows.filter((row) => row.stepMs <= limit)
  if (feasible.length === 0) return
  into.count++
  const best = Math.min(...feasible.map((row) => row.joules))
  const pick = choose(rows, limit)
  if (pick.stepMs > limit) into.violations++
  if (pick.stepMs > limit * 1.05) into.violations5pct++
  if (pick.stepMs > limit) return
  into.regrets.push(pick.joules / best - 1)
  if (pick.joules === best) into.right++
}

/** Least J/token among those guessed to keep the limit; where none is, the one guessed fastest. */
function choose(rows: readonly Row[], limit: number): Row {
  const open = rows.filter((row) => row.guessedStepMs <= limit)
  if (open.length === 0) return rows.reduce((a, b) => (b.guessedStepMs < a.guessedStepMs ? b : a))
  return open.reduce((a, b) => (b.guessedJoules < a.guessedJoules ? b : a))
}

const percent = (share: number): number => Math.round(1000 * share) / 10

export const summariseDecisions = ({
  count,
  right,
  violations,
  violations5pct,
  regrets,
}: Decisions) => ({
  decisions: count,
  top1: percent(right / count),
  violations: percent(violations / count),
  violations5pct: percent(violations5pct / count),
  regret: percent(regrets.reduce((sum, r) => sum + r, 0) / regrets.length),
})
