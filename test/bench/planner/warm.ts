import type { LinearSolver } from '../../../services/planning/index.ts'
import { generateProblem, type InstanceSize } from './instances.ts'
import { type Measured, measure } from './measure.ts'
import { beforeRolling, rolledOn } from './roll.ts'

/**
 * A plan from nothing, and the one a window later that goes on from it: every input is as it was but
 * that one window has passed and one has come into sight.
 */
export async function measureWarm(size: Omit<InstanceSize, 'seed'>, solver: LinearSolver) {
  const whole = generateProblem({ ...size, windows: size.windows + 1, seed: 1 })
  const cold = await measure(beforeRolling(whole), solver)
  const next = rolledOn(whole, cold.plan)
  const warm = await measure(next, solver, { last: cold.made! })
  return {
    ...size,
    coldSeconds: round(cold.seconds),
    coldGapPct: gapPct(cold),
    warmSeconds: round(warm.seconds),
    warmGapPct: gapPct(warm),
    timesFaster: round(cold.seconds / warm.seconds),
  }
}

const round = (value: number): number => Math.round(value * 100) / 100
const gapPct = ({ plan }: Measured): number => round(100 * plan.bound.gapRatio)
