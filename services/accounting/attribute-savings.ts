import { kgFromG } from '../domain/units.ts'
import {
  type Assignment,
  baselineAssignments,
  type LinearSolver,
  type PlanningProblem,
  planHorizon,
  pricePlan,
} from '../planning/index.ts'
import { leverProblems } from './lever-problems.ts'
import { rightSized } from './right-sized.ts'
import { type Emitted, savedBand } from './saved-band.ts'

/** One step of the fixed order, or a control beside it. */
export interface LeverSaving {
  readonly lever:
    | 'static'
    | 'right-size'
    | 'scale-to-load'
    | 'power-cap'
    | 'time-shift'
    | 'geo-shift'
    | 'control: geo-shift by past means'
    | 'control: energy only'
  /** Absent where the problem cannot be planned without the levers to come. */
  readonly carbonG?: number
  /** Against the step before; for a control, against the step it stands beside. Negative: a loss. */
  readonly savedG?: number
  /** 10 and 90 % quantile of `savedG`. */
  readonly savedLowG?: number
  readonly savedHighG?: number
  /** Carbon against the static rule of thumb. */
  readonly ofStatic?: number
  readonly words: string
}

/**
 * What each lever saves, in the fixed order of docs/accounting.md, each against the one before and
 * all judged at the same expected intensity. A lever that adds nothing is shown adding nothing.
 */
export function attributeSavings(
  problem: PlanningProblem,
  solver: LinearSolver,
): readonly LeverSaving[] {
  const emittedBy = (assignments: readonly Assignment[]): Emitted =>
    pricePlan(problem, assignments).predicted
  const planned = (of: PlanningProblem): Emitted | undefined => {
    const outcome = planHorizon(of, solver)
    return outcome.status === 'infeasible' ? undefined : emittedBy(outcome.plan.assignments)
  }
  const byRule = emittedBy(baselineAssignments(problem))
  const levers = leverProblems(problem)
  const steps: readonly [LeverSaving['lever'], Emitted | undefined][] = [
    ['static', byRule],
    ['right-size', emittedBy(baselineAssignments(problem, rightSized))],
    ['scale-to-load', planned(levers.scaleToLoad)],
    ['power-cap', planned(levers.powerCap)],
    ['time-shift', planned(levers.timeShift)],
    ['geo-shift', planned(levers.geoShift)],
  ]
  const entry = (
    lever: LeverSaving['lever'],
    emitted: Emitted | undefined,
    before: Emitted,
  ): LeverSaving => {
    if (!emitted) return { lever, words: `${lever}: no plan without the levers after it` }
    const { carbonG } = emitted
    const savedG = before.carbonG - carbonG
    const ofStatic = byRule.carbonG > 0 ? carbonG / byRule.carbonG : 1
    const words = `${lever}: ${kgFromG(savedG).toFixed(2)} kgCO2e saved, ${(100 * (1 - ofStatic)).toFixed(1)} % below static in all`
    // The same carbon is the same plan, and errs the same way.
    const band = savedG === 0 ? { savedLowG: 0, savedHighG: 0 } : savedBand(emitted, before)
    return { lever, carbonG, savedG, ...band, ofStatic, words }
  }
  let before = byRule
  const ordered = steps.map(([lever, emitted]) => {
    const saving = entry(lever, emitted, before)
    before = emitted ?? before
    return saving
  })
  const [, beforeGeo] = steps.findLast(([lever, emitted]) => lever !== 'geo-shift' && emitted)!
  return [
    ...ordered,
    entry('control: geo-shift by past means', planned(levers.pastMeans), beforeGeo!),
    entry('control: energy only', planned(levers.energyOnly), beforeGeo!),
  ]
}
