import { carbonShortfall } from './carbon-shortfall.ts'
import { allComing } from './coming-share.ts'
import { objectiveWeights } from './instance.ts'
import type { Assignment, ChangeGain } from './plan.ts'
import { pricePlan } from './price-plan.ts'
import type { PlanningProblem } from './problem.ts'
import { switchingCost } from './switching-cost.ts'

/**
 * What a new schedule saves over one in force, at least, against what the change takes: it is worth
 * changing where `atLeast > switchingCost`.
 *
 * The gain is the difference of the objectives without starts. Its lower bound is the lesser of two:
 * at all the traffic to be ready for, and at its lower quantile (or what is expected, if that is
 * less) on the same replicas, all models low together; each less
 * the shortfall of the carbon forecast (`carbonShortfall`, one-sided 90 %). A gain is affine in the traffic
 * between these two and the shortfall convex, so it is no less anywhere between. Errors of the fitted models are left out:
 * both schedules run on the same fits.
 *
 * @param current the schedule in force, both in the problem's windows
 */
export function worthChanging(
  problem: PlanningProblem,
  current: readonly Assignment[],
  candidate: readonly Assignment[],
): ChangeGain {
  const ready = allComing(problem)
  const most = gainOf(ready, current, candidate)
  const low = gainOf(ready, atLowTraffic(problem, current), atLowTraffic(problem, candidate))
  return {
    expected: gainOf(problem, current, candidate).expected,
    atLeast: Math.min(most.atLeast, low.atLeast),
    switchingCost: switchingCost(problem, candidate) - switchingCost(problem, current),
  }
}

function gainOf(
  problem: PlanningProblem,
  current: readonly Assignment[],
  candidate: readonly Assignment[],
): Pick<ChangeGain, 'expected' | 'atLeast'> {
  const running = (of: readonly Assignment[]) =>
    pricePlan(
      problem,
      of.map((one) => ({ ...one, starts: 0 })),
    )
  const [kept, changed] = [running(current), running(candidate)]
  const expected = kept.objectiveValue - changed.objectiveValue
  const difference = new Map(
    [...kept.energyKwhByRegion].map(([region, energyKwh]) => {
      const other = changed.energyKwhByRegion.get(region)!
      return [region, energyKwh.map((kwh, t) => kwh - other[t]!)]
    }),
  )
  const { carbon } = objectiveWeights(problem.policy)
  return { expected, atLeast: expected - carbon * carbonShortfall(problem, difference) }
}

/** The same replicas at the lower quantile of their model's traffic. */
function atLowTraffic(
  { models, windows }: PlanningProblem,
  assignments: readonly Assignment[],
): Assignment[] {
  const shares = new Map(
    models.map(({ id, demand }) => [
      id,
      windows.map((_, t) => {
        const sum = (of: (d: (typeof demand)[number]) => number) =>
          demand.reduce((total, d) => total + of(d), 0)
        const served = sum((d) => d.tokensPerSecond[t]!)
        const low = sum((d) =>
          Math.min(
            d.lowTokensPerSecond?.[t] ?? d.tokensPerSecond[t]!,
            d.expectedTokensPerSecond?.[t] ?? d.tokensPerSecond[t]!,
          ),
        )
        return low < served ? low / served : 1
      }),
    ]),
  )
  return assignments.map((one) => ({
    ...one,
    tokensPerSecond: one.tokensPerSecond * shares.get(one.model)![one.window]!,
  }))
}
