import {
  type Assignment,
  baselineAssignments,
  type Plan,
  type PlanningProblem,
  pricePlan,
} from '../planning/index.ts'

export interface Emitted {
  readonly energyKwh: number
  readonly carbonG: number
}

/** What one window used and emitted, beside what the static rule of thumb would have. */
export interface WindowAccount {
  readonly planned: Emitted
  readonly baseline: Emitted
  /** Output tokens, deferrable ones included. */
  readonly tokens: number
  /** By zone: what the account was made with, gCO2e/kWh. */
  readonly carbonGPerKwh: Readonly<Record<string, number>>
}

/**
 * Settles one window with what is known of the grid after it: replicas and load as planned, at the
 * intensity that came to be rather than the one that was forecast.
 *
 * @param window index into the problem's windows
 * @param carbonGPerKwh by zone; a zone that is absent keeps the problem's own forecast
 */
export function accountWindow(
  problem: PlanningProblem,
  plan: Plan,
  window: number,
  carbonGPerKwh: ReadonlyMap<string, number>,
): WindowAccount {
  const one = onlyWindow(problem, window, carbonGPerKwh)
  const settled = plan.assignments.filter((assignment) => assignment.window === window)
  const { startMs, endMs } = problem.windows[window]!
  const rate = settled.reduce(
    (sum, { tokensPerSecond, batchTokensPerSecond }) =>
      sum + tokensPerSecond + batchTokensPerSecond,
    0,
  )
  return {
    planned: emitted(one, settled),
    baseline: emitted(
      one,
      // Sized on the whole horizon's peak, as the rule of thumb is.
      baselineAssignments(problem).filter((assignment) => assignment.window === window),
    ),
    tokens: (rate * (endMs - startMs)) / 1000,
    carbonGPerKwh: Object.fromEntries(
      one.regions.map(({ zone, carbonGPerKwh: [value] }) => [zone, value!]),
    ),
  }
}

function emitted(one: PlanningProblem, assignments: readonly Assignment[]): Emitted {
  const { predicted } = pricePlan(
    one,
    assignments.map((assignment) => ({ ...assignment, window: 0 })),
  )
  return { energyKwh: predicted.energyKwh, carbonG: predicted.carbonG }
}

function onlyWindow(
  problem: PlanningProblem,
  window: number,
  carbonGPerKwh: ReadonlyMap<string, number>,
): PlanningProblem {
  return {
    ...problem,
    windows: [problem.windows[window]!],
    policy: {
      ...problem.policy,
      freeFirstStarts: window === 0 && problem.policy.freeFirstStarts === true,
    },
    regions: problem.regions.map((region) => {
      const value = carbonGPerKwh.get(region.zone) ?? region.carbonGPerKwh[window]!
      return {
        ...region,
        carbonGPerKwh: [value],
        carbonLowGPerKwh: [value],
        carbonHighGPerKwh: [value],
        carbonQuality: [region.carbonQuality[window]!],
      }
    }),
  }
}
