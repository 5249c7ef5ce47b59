import type { Fleet } from '../fleet/index.ts'
import type { Plan } from '../planning/index.ts'
import { windowAt } from './plan-events.ts'

/**
 * How many times what a model needs now it may come to need while nobody plans any more, by model:
 * the most that the plan foresees in any of its windows over what it foresees in this one. Traffic
 * stays split as it was left, so if every place that serves can grow so many times, all of it fits.
 *
 * @returns undefined where the fleet wants autoscalers to be left no room
 */
export function demandGrowth(
  { models, safeState }: Pick<Fleet, 'models' | 'safeState'>,
  plan: Plan,
  nowMs: number,
): Readonly<Record<string, number>> | undefined {
  if (safeState.state !== 'peak' || safeState.whenGone !== 'grow') return undefined
  const window = windowAt(plan, nowMs)
  return Object.fromEntries(
    models.map(({ id }) => {
      const byWindow = plan.windows.map((_, index) => plannedTokensPerSecond(plan, index, id))
      const now = byWindow[window] ?? 0
      return [id, now > 0 ? Math.max(...byWindow) / now : 1]
    }),
  )
}

/** What a plan serves of a model in one window, over all regions. */
export function plannedTokensPerSecond({ flows }: Plan, window: number, model: string): number {
  const mine = flows.filter((flow) => flow.window === window && flow.model === model)
  return mine.reduce((sum, { tokensPerSecond }) => sum + tokensPerSecond, 0)
}
