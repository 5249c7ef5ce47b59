import type { Plan } from '../../planning/index.ts'
import type { StoredPlan } from '../../plans/index.ts'
import type { PlanDiff } from '../schemas/plan.ts'

/** Replicas of one variant in one region and window of wall-clock time. */
interface Cell {
  readonly startMs: number
  readonly endMs: number
  readonly region: string
  readonly model: string
  readonly pointId: string
  readonly replicas: number
}

/**
 * What one plan does differently from another. Windows are matched by their time, since the horizon
 * moves on from plan to plan; those that only one of them covers are no difference.
 */
export function diffPlans(from: StoredPlan, to: StoredPlan): PlanDiff {
  const before = scheduleOf(from)
  const after = scheduleOf(to)
  const shared = sharedStarts(before, after)
  const cellsBefore = cellsOf(before)
  const cellsAfter = cellsOf(after)
  const changes = [...new Map([...cellsBefore, ...cellsAfter])]
    .filter(([, { startMs }]) => shared.has(startMs))
    .map(([key, { replicas: _, ...cell }]) => ({
      ...cell,
      replicasBefore: cellsBefore.get(key)?.replicas ?? 0,
      replicasAfter: cellsAfter.get(key)?.replicas ?? 0,
    }))
    .filter(({ replicasBefore, replicasAfter }) => replicasBefore !== replicasAfter)
    .sort(
      (a, b) => a.startMs - b.startMs || compare(a.model, b.model) || compare(a.region, b.region),
    )
  return {
    from: from.version,
    to: to.version,
    carbonG: {
      ...(before && { from: before.predicted.carbonG }),
      ...(after && { to: after.predicted.carbonG }),
    },
    changes,
  }
}

const scheduleOf = ({ outcome }: StoredPlan): Plan | undefined =>
  outcome.status === 'planned' ? outcome.plan : undefined

function sharedStarts(before: Plan | undefined, after: Plan | undefined): ReadonlySet<number> {
  const ours = new Set<number>(before?.windows.map(({ startMs }) => startMs))
  return new Set(after?.windows.map(({ startMs }) => startMs).filter((start) => ours.has(start)))
}

function cellsOf(plan: Plan | undefined): ReadonlyMap<string, Cell> {
  return new Map(
    plan?.assignments.map(({ window, region, model, pointId, replicas }) => {
      const { startMs, endMs } = plan.windows[window]!
      const key = JSON.stringify([startMs, region, model, pointId])
      return [key, { startMs, endMs, region, model, pointId, replicas }]
    }),
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
