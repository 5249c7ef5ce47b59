import { secondsFromMs } from '../domain/units.ts'
import {
  type Assignment,
  baselineAssignments,
  comingShares,
  type Plan,
  type PlanningProblem,
  pricePlan,
} from '../planning/index.ts'
import type { Emitted } from './saved-band.ts'

/** An intensity that came to be, and how far to believe it, gCO2e/kWh. */
export interface SettledIntensity {
  readonly carbonGPerKwh: number
  readonly lowGPerKwh: number
  readonly highGPerKwh: number
}

/** What one window used and emitted, beside what the static rule of thumb would have. */
export interface WindowAccount {
  readonly planned: Emitted
  readonly baseline: Emitted
  /** Output tokens as expected, deferrable ones included; head-room makes none. */
  readonly tokens: number
  /** By zone: what the account was made with, gCO2e/kWh. */
  readonly carbonGPerKwh: Readonly<Record<string, number>>
}

/**
 * Settles one window with what is known of the grid after it: replicas and load as planned, at the
 * intensity that came to be rather than the one that was forecast.
 *
 * @param window index into the problem's windows
 * @param carbon by zone; a zone that is absent keeps the problem's own forecast
 */
export function accountWindow(
  problem: PlanningProblem,
  plan: Plan,
  window: number,
  carbon: ReadonlyMap<string, SettledIntensity>,
): WindowAccount {
  const one = onlyWindow(problem, window, carbon)
  const settled = plan.assignments.filter((assignment) => assignment.window === window)
  const shares = new Map(one.models.map((model) => [model.id, comingShares(one, model)[0]!]))
  const { startMs, endMs } = problem.windows[window]!
  const rate = settled.reduce(
    (sum, { model, tokensPerSecond, batchTokensPerSecond }) =>
      sum + shares.get(model)! * tokensPerSecond + batchTokensPerSecond,
    0,
  )
  return {
    planned: emitted(one, settled),
    baseline: emitted(
      one,
      // Sized on the whole horizon's peak, as the rule of thumb is.
      baselineAssignments(problem).filter((assignment) => assignment.window === window),
    ),
    tokens: rate * secondsFromMs(endMs - startMs),
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
  const { energyKwh, carbonG, carbonLowG, carbonHighG } = predicted
  return { energyKwh, carbonG, carbonLowG, carbonHighG }
}

function onlyWindow(
  problem: PlanningProblem,
  window: number,
  carbon: ReadonlyMap<string, SettledIntensity>,
): PlanningProblem {
  const here = (values: readonly number[]) => [values[window]!]
  return {
    ...problem,
    windows: [problem.windows[window]!],
    models: problem.models.map((model) => ({
      ...model,
      demand: model.demand.map(({ tokensPerSecond, expectedTokensPerSecond, ...demand }) => ({
        ...demand,
        tokensPerSecond: here(tokensPerSecond),
        ...(expectedTokensPerSecond && { expectedTokensPerSecond: here(expectedTokensPerSecond) }),
      })),
    })),
    policy: {
      ...problem.policy,
      freeFirstStarts: window === 0 && problem.policy.freeFirstStarts === true,
    },
    regions: problem.regions.map((region) => {
      const came = carbon.get(region.zone)
      return {
        ...region,
        carbonGPerKwh: [came?.carbonGPerKwh ?? region.carbonGPerKwh[window]!],
        carbonLowGPerKwh: [came?.lowGPerKwh ?? region.carbonLowGPerKwh[window]!],
        carbonHighGPerKwh: [came?.highGPerKwh ?? region.carbonHighGPerKwh[window]!],
        carbonQuality: [region.carbonQuality[window]!],
      }
    }),
  }
}
