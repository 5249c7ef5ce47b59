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
  const carbonOf = (assignments: readonly Assignment[]) =>
    pricePlan(problem, assignments).predicted.carbonG
  const plannedCarbon = (of: PlanningProblem): number | undefined => {
    const outcome = planHorizon(of, solver)
    if (outcome.status === 'infeasible') return undefined
    const { assignments } = outcome.plan
    return carbonOf(assignments)
  }
  const staticG = carbonOf(baselineAssignments(problem))
  const levers = leverProblems(problem)
  const steps: readonly [LeverSaving['lever'], number | undefined][] = [
    ['static', staticG],
    ['right-size', carbonOf(baselineAssignments(problem, rightSized))],
    ['scale-to-load', plannedCarbon(levers.scaleToLoad)],
    ['power-cap', plannedCarbon(levers.powerCap)],
    ['time-shift', plannedCarbon(levers.timeShift)],
    ['geo-shift', plannedCarbon(levers.geoShift)],
  ]
  const entry = (
    lever: LeverSaving['lever'],
    carbonG: number | undefined,
    before: number,
  ): LeverSaving => {
    if (carbonG === undefined)
      return { lever, words: `${lever}: no plan without the levers after it` }
    const savedG = before - carbonG
    const ofStatic = staticG > 0 ? carbonG / staticG : 1
    const words = `${lever}: ${(savedG / 1000).toFixed(2)} kgCO2e saved, ${(100 * (1 - ofStatic)).toFixed(1)} % below static in all`
    return { lever, carbonG, savedG, ofStatic, words }
  }
  let before = staticG
  const ordered = steps.map(([lever, carbonG]) => {
    const saving = entry(lever, carbonG, before)
    before = carbonG ?? before
    return saving
  })
  const timed = ordered.findLast(
    ({ lever, carbonG }) => lever !== 'geo-shift' && carbonG !== undefined,
  )
  const beforeGeo = timed!.carbonG!
  return [
    ...ordered,
    entry('control: geo-shift by past means', plannedCarbon(levers.pastMeans), beforeGeo),
    entry('control: energy only', plannedCarbon(levers.energyOnly), beforeGeo),
  ]
}
