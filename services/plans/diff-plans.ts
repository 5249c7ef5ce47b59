import type { Plan } from '../planning/index.ts'

/** Replicas of one variant in one region and window of wall-clock time, in two plans. */
export interface PlanChange {
  readonly startMs: number
  readonly endMs: number
  readonly region: string
  readonly model: string
  readonly pointId: string
  readonly replicasBefore: number
  readonly replicasAfter: number
}

type Cell = Omit<PlanChange, 'replicasBefore' | 'replicasAfter'> & { readonly replicas: number }

/**
 * What one plan does differently from another. Windows are matched by their time, since the horizon
 * moves on from plan to plan; those that only one of them covers are no difference.
 */
export function changesBetween(
  before: Plan | undefined,
  after: Plan | undefined,
): readonly PlanChange[] {
  const shared = sharedStarts(before, after)
  const [cellsBefore, cellsAfter] = [cellsOf(before), cellsOf(after)]
  return [...new Map([...cellsBefore, ...cellsAfter])]
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
}

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
