import type { Plan } from '../../planning/index.ts'
import { changesBetween, type StoredPlan } from '../../plans/index.ts'
import type { PlanDiff } from '../schemas/plan.ts'

/** What one plan does differently from another, and what either emits. */
export function diffPlans(from: StoredPlan, to: StoredPlan): PlanDiff {
  const [before, after] = [scheduleOf(from), scheduleOf(to)]
  return {
    from: from.version,
    to: to.version,
    carbonG: {
      ...(before && { from: before.predicted.carbonG }),
      ...(after && { to: after.predicted.carbonG }),
    },
    changes: [...changesBetween(before, after)],
  }
}

const scheduleOf = ({ outcome }: StoredPlan): Plan | undefined =>
  outcome.status === 'planned' ? outcome.plan : undefined
