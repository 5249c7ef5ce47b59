import { gFromKg } from '../domain/units.ts'
import type { Window } from '../domain/window.ts'
import type { Fleet, Policy } from '../fleet/index.ts'
import type { PlanningPolicy } from '../planning/index.ts'

/**
 * The fleet's policy in the planner's words: hours and minutes become windows.
 *
 * @param firstStartsAreFree nobody knows what runs already
 */
export function framePolicy(
  { policy, planning }: Fleet,
  windows: readonly Window[],
  firstStartsAreFree: boolean,
): PlanningPolicy {
  const { budgetKgPerDay, maxChangedGpusPerWindow } = policy
  return {
    objective: policy.objective,
    carbonGPerUsd: policy.carbonGPerUsd,
    countEmbodied: policy.countEmbodied,
    riskAversion: policy.riskAversion,
    ...(policy.changeGPerGpu > 0 && { changeGPerGpu: policy.changeGPerGpu }),
    minDwellWindows: Math.max(1, Math.ceil(policy.minDwellMinutes / planning.windowMinutes)),
    quietWindows: [...windows.keys()].filter((index) =>
      policy.quietHours.some((hours) => isQuiet(hours, windows[index]!)),
    ),
    pinned: policy.pinned.map(({ model, region, variant }) => ({
      model,
      pointId: variant,
      ...(region !== undefined && { region }),
    })),
    ...(budgetKgPerDay !== undefined && { carbonBudgetGPerDay: gFromKg(budgetKgPerDay) }),
    ...(maxChangedGpusPerWindow !== undefined && { maxChangedGpusPerWindow }),
    ...(firstStartsAreFree && { freeFirstStarts: true }),
  }
}

/** A window is quiet when it begins in the quiet hours; those may pass midnight. */
function isQuiet({ from, to, timezone }: Policy['quietHours'][number], window: Window): boolean {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const time = clock.format(window.startMs)
  return from < to ? from <= time && time < to : time >= from || time < to
}
