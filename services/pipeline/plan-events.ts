import { kgFromG } from '../domain/units.ts'
import type { NewEvent } from '../notification/index.ts'
import type { Assignment, Plan, PlanOutcome } from '../planning/index.ts'
import type { StoredPlan } from '../plans/index.ts'

/** Replicas wanted of one variant in one region, as they were told before and as they are now. */
interface Move {
  readonly region: string
  readonly model: string
  readonly variant: string
  readonly replicasBefore: number
  readonly replicas: number
}

export interface PlanMoment {
  readonly version: number
  readonly nowMs: number
  /** It waits for somebody's approval; nothing has changed yet. */
  readonly proposed?: boolean
}

/**
 * What subscribers are told of a plan: `plan.changed` where the window in force asks for something
 * else than the plan before it did when it was made, so that a move which that one had foreseen for
 * now is told too; `plan.proposed` while it waits for approval; `plan.infeasible` where no plan keeps
 * every promise and the one before did not say so already.
 */
export function planEvents(
  before: StoredPlan | undefined,
  outcome: PlanOutcome,
  { version, nowMs, proposed = false }: PlanMoment,
): readonly NewEvent[] {
  const head = { subject: 'plan', key: String(version), occurredAtMs: nowMs }
  if (outcome.status === 'infeasible') {
    if (before?.outcome.status === 'infeasible' && before.outcome.words === outcome.words) return []
    const { limit, words, relaxation } = outcome
    return [{ ...head, type: 'plan.infeasible', data: { version, limit, words, relaxation } }]
  }
  const previous = before?.outcome.status === 'planned' ? before.outcome.plan : undefined
  // What is proposed is compared with what runs; what has changed, with what was told.
  const was = inForce(previous, proposed ? nowMs : (before?.createdAtMs ?? nowMs))
  const moves = movesBetween(was, inForce(outcome.plan, nowMs))
  if (moves.length === 0) return []
  const { predicted, baseline, bound, windows } = outcome.plan
  return [
    {
      ...head,
      type: proposed ? 'plan.proposed' : 'plan.changed',
      data: {
        version,
        previousVersion: before?.version ?? null,
        from: new Date(windows[0]!.startMs).toISOString(),
        until: new Date(windows.at(-1)!.endMs).toISOString(),
        moves,
        predictedKgCo2e: kgFromG(predicted.carbonG),
        baselineKgCo2e: kgFromG(baseline.carbonG),
        gapRatio: bound.gapRatio,
      },
    },
  ]
}

function movesBetween(
  before: readonly Assignment[],
  after: readonly Assignment[],
): readonly Move[] {
  const was = new Map(before.map((one) => [keyOf(one), one]))
  const is = new Map(after.map((one) => [keyOf(one), one]))
  return [...new Set([...was.keys(), ...is.keys()])].toSorted().flatMap((key) => {
    const { region, model, pointId: variant } = (is.get(key) ?? was.get(key))!
    const replicas = is.get(key)?.replicas ?? 0
    const replicasBefore = was.get(key)?.replicas ?? 0
    return replicas === replicasBefore ? [] : [{ region, model, variant, replicasBefore, replicas }]
  })
}

/** Index of the window that `nowMs` falls into; -1 where there is none. */
export const windowAt = ({ windows }: Pick<Plan, 'windows'>, nowMs: number): number =>
  windows.findIndex(({ startMs, endMs }) => startMs <= nowMs && nowMs < endMs)

/** The assignments of the window that `nowMs` falls into. */
export function inForce(plan: Plan | undefined, nowMs: number): readonly Assignment[] {
  if (!plan) return []
  const window = windowAt(plan, nowMs)
  return plan.assignments.filter((one) => one.window === window && one.replicas > 0)
}

const keyOf = ({ region, model, pointId }: Assignment): string =>
  JSON.stringify([region, model, pointId])
