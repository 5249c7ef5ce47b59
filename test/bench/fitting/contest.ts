import {
  energySpreadOf,
  enginePrior,
  familyFolds,
  findEngine,
  fitGroup,
  informPrior,
  learnPrior,
  type MeasuredRun,
  nextRuns,
  type PlotPoint,
  type Prior,
  predict,
  predictGaps,
  shippedPrior,
} from '../../../services/fitting/index.ts'
import { BASELINES, type Guess } from './baselines.ts'
import { addDecisions, type Decisions, noDecisions } from './decisions.ts'
import type { BenchGroup } from './load.ts'
import { addErrors, type Errors, noErrors } from './score.ts'

const KS = [0, 3, 5, 8]
const TRANSFER_KS = [0, 3]
const DECISION_K = 3
const COVERED_FROM_K = 3
const Z95 = 1.96
const Z90_ONE_SIDED = 1.2816

type Posterior = ReturnType<typeof predict> & ReturnType<typeof predictGaps>

export interface Contest {
  /** By contender ('ours' or a baseline), by K. */
  readonly errors: Record<string, Record<number, Errors>>
  readonly groups: Record<number, number>
  readonly decisions: Record<string, Decisions>
  readonly covered: Record<string, { inside: number; count: number }>
  /** Our predictions beside what was measured, J/token, by K. */
  readonly joules: Record<number, PlotPoint[]>
  /** Groups whose family was measured elsewhere: with and without those runs, by K. */
  readonly transfer: Record<'alone' | 'informed', Record<number, Errors>>
}

export const newContest = (): Contest => ({
  errors: {},
  groups: {},
  decisions: {},
  covered: {},
  joules: {},
  transfer: { alone: {}, informed: {} },
})

/**
 * Learns a prior without the fold's families, then meets each of their groups with K runs. Groups of
 * a calibrated engine teach it nothing: what is known of them before they run is the calibration.
 */
export function playFold(
  contest: Contest,
  groups: readonly BenchGroup[],
  extraTraining: readonly BenchGroup[],
  heldOut: readonly string[],
): void {
  const served = groups.filter(({ runs }) => findEngine(runs[0]!.engine) === undefined)
  const train = [...served, ...extraTraining].filter((group) => !heldOut.includes(group.family))
  // A file of one family on a machine without the public runs has nothing else to learn from.
  const learnt = train.length > 0 ? learnFrom(train) : shippedPrior
  for (const group of groups.filter(({ family }) => heldOut.includes(family))) {
    const prior = enginePrior(learnt, findEngine(group.runs[0]!.engine))
    const relatives = groups.filter((other) => other !== group && other.family === group.family)
    const informed = informPrior(prior, relatives)
    for (const k of KS) {
      if (group.runs.length < k + 2) continue
      playGroup(contest, group, prior, k)
      if (relatives.length === 0 || !TRANSFER_KS.includes(k)) continue
      playTransfer(contest.transfer.alone, group, prior, k)
      playTransfer(contest.transfer.informed, group, informed, k)
    }
  }
}

/** As `gridtide fit prior` learns it: its folds are of the training families alone. */
function learnFrom(train: readonly BenchGroup[]): Prior {
  const prior = learnPrior(train, { source: 'fold', date: '' })
  return { ...prior, energySpread: energySpreadOf(familyFolds(train)) }
}

/** What K runs of a group leave wrong, under a prior that may have heard of its relatives. */
function playTransfer(
  into: Record<number, Errors>,
  { runs, architecture, gpu }: BenchGroup,
  prior: Prior,
  k: number,
): void {
  const chosen = nextRuns(fitGroup([], architecture, gpu, prior), runs, k)
  const rest = runs.filter((_, i) => !chosen.includes(i))
  const fitted = fitGroup(
    chosen.map((i) => runs[i]!),
    architecture,
    gpu,
    prior,
  )
  const posterior = { ...predict(fitted, rest), ...predictGaps(fitted, rest) }
  into[k] ??= noErrors()
  for (const [i, run] of rest.entries()) addErrors(into[k], run, guessOf(posterior, run, i))
}

function playGroup(contest: Contest, group: BenchGroup, prior: Prior, k: number): void {
  const { runs, architecture, gpu } = group
  const chosen = nextRuns(fitGroup([], architecture, gpu, prior), runs, k)
  const seen = chosen.map((i) => runs[i]!)
  const rest = runs.filter((_, i) => !chosen.includes(i))
  const fitted = fitGroup(seen, architecture, gpu, prior)
  const posterior = { ...predict(fitted, rest), ...predictGaps(fitted, rest) }
  const guesses = rest.map((run, i) => guessOf(posterior, run, i))
  contest.groups[k] = (contest.groups[k] ?? 0) + 1
  record(contest, 'ours', k, runs, rest, guesses)
  plot(contest, k, rest, guesses)
  if (k >= COVERED_FROM_K) cover(contest, rest, posterior)
  if (k === DECISION_K) {
    const guarded = rest.map((run, i) => guessOf(posterior, run, i, Z90_ONE_SIDED))
    decide(contest, 'guarded', runs, rest, guarded)
  }
  if (k === 0) return
  for (const [name, baseline] of Object.entries(BASELINES)) {
    record(contest, name, k, runs, rest, rest.map(baseline(seen)))
  }
}

function plot(
  contest: Contest,
  k: number,
  rest: readonly MeasuredRun[],
  guesses: readonly Guess[],
): void {
  contest.joules[k] ??= []
  rest.forEach(({ powerWatts, tokensPerSecond }, i) => {
    if (powerWatts === undefined) return
    const predicted = guesses[i]!.powerWatts / guesses[i]!.tokensPerSecond
    contest.joules[k]!.push({ measured: powerWatts / tokensPerSecond, predicted })
  })
}

function record(
  contest: Contest,
  name: string,
  k: number,
  runs: readonly MeasuredRun[],
  rest: readonly MeasuredRun[],
  guesses: readonly Guess[],
): void {
  contest.errors[name] ??= {}
  contest.errors[name][k] ??= noErrors()
  const errors = contest.errors[name][k]
  rest.forEach((run, i) => {
    addErrors(errors, run, guesses[i]!)
  })
  if (k === DECISION_K) decide(contest, name, runs, rest, guesses)
}

function decide(
  contest: Contest,
  name: string,
  runs: readonly MeasuredRun[],
  rest: readonly MeasuredRun[],
  guesses: readonly Guess[],
): void {
  contest.decisions[name] ??= noDecisions()
  addDecisions(contest.decisions[name], runs, (run) => {
    const i = rest.indexOf(run)
    return i < 0
      ? { tokensPerSecond: run.tokensPerSecond, powerWatts: run.powerWatts! }
      : guesses[i]!
  })
}

/** `z` posterior deviations of caution on the step. */
function guessOf(posterior: Posterior, run: MeasuredRun, i: number, z = 0): Guess {
  const step = Math.exp(posterior.step.logMean[i]! + z * posterior.step.logSd[i]!)
  return {
    tokensPerSecond: (1e3 * run.batch) / step,
    itlMs: Math.exp(posterior.itl.logMean[i]!),
    itlP95Ms: Math.exp(posterior.itlP95.logMean[i]!),
    powerWatts: Math.exp(posterior.power.logMean[i]!),
  }
}

function cover(contest: Contest, rest: readonly MeasuredRun[], posterior: Posterior): void {
  rest.forEach((run, i) => {
    const truth: Partial<Record<keyof Posterior, number>> = {
      step: (1e3 * run.batch) / run.tokensPerSecond,
      ...(run.itlMs !== undefined && { itl: run.itlMs }),
      ...(run.itlP95Ms !== undefined && { itlP95: run.itlP95Ms }),
      ...(run.powerWatts !== undefined && {
        power: run.powerWatts,
        energy: run.powerWatts / run.tokensPerSecond,
      }),
    }
    for (const [name, value] of Object.entries(truth)) {
      const { logMean, logSd } = posterior[name as keyof Posterior]
      contest.covered[name] ??= { inside: 0, count: 0 }
      const tally = contest.covered[name]
      tally.count++
      if (Math.abs(Math.log(value) - logMean[i]!) <= Z95 * logSd[i]!) tally.inside++
    }
  })
}
