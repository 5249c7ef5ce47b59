import type { Plan } from '../planning/index.ts'
import { changeWords, type Load } from './change-words.ts'

/** Replicas of one variant in one region and window of wall-clock time, in two plans. */
export interface PlanChange {
  readonly startMs: number
  readonly endMs: number
  readonly region: string
  readonly model: string
  readonly pointId: string
  readonly replicasBefore: number
  readonly replicasAfter: number
  /** Why, told by the loads of both plans. */
  readonly words: string
}

type Cell = Pick<PlanChange, 'startMs' | 'endMs' | 'region' | 'model' | 'pointId'> & {
  readonly replicas: number
}

/**
 * What one plan does differently from another. Windows are matched by their time, since the horizon
 * moves on from plan to plan; those that only one of them covers are no difference.
 */
export function changesBetween(
  before: Plan | undefined,
  after: Plan | undefined,
): readonly PlanChange[] {
  if (!before || !after) return []
  const shared = sharedStarts(before, after)
  const [cellsBefore, cellsAfter] = [cellsOf(before), cellsOf(after)]
  const [loadsBefore, loadsAfter] = [loadsOf(before), loadsOf(after)]
  return [...new Map([...cellsBefore, ...cellsAfter])]
    .filter(([, { startMs }]) => shared.has(startMs))
    .map(([key, { replicas: _, ...cell }]) => ({
      ...cell,
      replicasBefore: cellsBefore.get(key)?.replicas ?? 0,
      replicasAfter: cellsAfter.get(key)?.replicas ?? 0,
    }))
    .filter(({ replicasBefore, replicasAfter }) => replicasBefore !== replicasAfter)
    .map((change) => {
      const key = loadKey(change.startMs, change.model)
      const words = changeWords(change, loadsBefore.get(key) ?? [], loadsAfter.get(key) ?? [])
      return { ...change, words }
    })
    .sort(
      (a, b) => a.startMs - b.startMs || compare(a.model, b.model) || compare(a.region, b.region),
    )
}

function sharedStarts(before: Plan, after: Plan): ReadonlySet<number> {
  const ours = new Set<number>(before.windows.map(({ startMs }) => startMs))
  return new Set(after.windows.map(({ startMs }) => startMs).filter((start) => ours.has(start)))
}

function cellsOf({ assignments, windows }: Plan): ReadonlyMap<string, Cell> {
  return new Map(
    assignments.map(({ window, region, model, pointId, replicas }) => {
      const { startMs, endMs } = windows[window]!
      const key = JSON.stringify([startMs, region, model, pointId])
      return [key, { startMs, endMs, region, model, pointId, replicas }]
    }),
  )
}

const loadKey = (startMs: number, model: string): string => JSON.stringify([startMs, model])

/** What each model carries in each window, variant by variant. */
function loadsOf({ assignments, windows }: Plan): ReadonlyMap<string, readonly Load[]> {
  const loads = new Map<string, Load[]>()
  for (const { window, model, region, pointId, ...rates } of assignments) {
    const key = loadKey(windows[window]!.startMs, model)
    const tokensPerSecond = rates.tokensPerSecond + rates.batchTokensPerSecond
    const together = loads.get(key) ?? []
    together.push({ region, pointId, tokensPerSecond })
    loads.set(key, together)
  }
  return loads
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
