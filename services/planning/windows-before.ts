import type { LastPlan } from './plan-prices.ts'
import type { PlanningProblem } from './problem.ts'

/** A window of a horizon, and the same one of the horizon that was planned before. */
export interface WindowBefore {
  /** Its index then; undefined where it was not in sight. */
  readonly index?: number
  /** Whether it sees what it saw: grid, traffic, fleet, policy and works. */
  readonly isSame: boolean
}

/** What each window of a problem was when the last plan was made. */
export function windowsBefore(problem: PlanningProblem, last: LastPlan): WindowBefore[] {
  const isSameFleet = fingerprint(fleetOf(problem)) === fingerprint(fleetOf(last.problem))
  const indexOf = new Map(last.problem.windows.map(({ startMs }, t) => [startMs, t]))
  return problem.windows.map(({ startMs }, t) => {
    const index = indexOf.get(startMs)
    if (index === undefined) return { isSame: false }
    const isSame =
      isSameFleet &&
      fingerprint(inWindow(problem, t)) === fingerprint(inWindow(last.problem, index))
    return { index, isSame }
  })
}

/** All that windows have in common, but for what runs when they begin. */
const fleetOf = (problem: PlanningProblem) => ({
  ...problem,
  windows: [],
  running: [],
  batch: [],
  regions: problem.regions.map((region) => ({
    ...region,
    carbonGPerKwh: [],
    carbonLowGPerKwh: [],
    carbonHighGPerKwh: [],
    carbonQuality: [],
  })),
  models: problem.models.map((model) => ({
    ...model,
    // What a change is weighed at has no part in a plan.
    demand: model.demand.map((of) => ({
      ...of,
      tokensPerSecond: [],
      expectedTokensPerSecond: [],
      lowTokensPerSecond: [],
    })),
  })),
  policy: { ...problem.policy, freeFirstStarts: false, quietWindows: [] },
})

/** What one window has of its own. How much of a work there is does not count: that is in its price. */
const inWindow = ({ windows, regions, models, batch, policy }: PlanningProblem, t: number) => ({
  window: windows[t],
  grid: regions.map((region) => [
    region.carbonGPerKwh[t],
    region.carbonLowGPerKwh[t],
    region.carbonHighGPerKwh[t],
    region.carbonQuality[t],
  ]),
  traffic: models.map(({ demand }) =>
    demand.map(({ tokensPerSecond, expectedTokensPerSecond = tokensPerSecond }) => [
      tokensPerSecond[t],
      expectedTokensPerSecond[t],
    ]),
  ),
  works: batch
    .filter(({ firstWindow, deadlineWindow }) => firstWindow <= t && t < deadlineWindow)
    .map(({ id, model, regions: allowed }) => ({ id, model, allowed })),
  isQuiet: policy.quietWindows?.includes(t) === true,
})

const fingerprint = (value: unknown): string =>
  // A database may have stored a problem with its fields in another order.
  JSON.stringify(value, (_, part: unknown) =>
    isRecord(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value instanceof Object && !Array.isArray(value)
