import type { Schedule } from './schedule.ts'

export interface ReplicaChange {
  readonly region: string
  readonly model: string
  readonly pointId: string
  readonly before: number
  readonly after: number
}

export interface ChangeMoment {
  readonly atMs: number
  readonly changes: readonly ReplicaChange[]
}

/**
 * The moments after the window of `nowMs` at which replicas change, soonest first.
 *
 * @param most how many moments at most
 */
export function nextChanges(schedule: Schedule, nowMs: number, most: number): ChangeMoment[] {
  const moments: ChangeMoment[] = []
  const counts = countsByWindow(schedule)
  for (const [index, { startMs }] of schedule.windows.entries()) {
    if (index === 0 || startMs <= nowMs) continue
    const changes = changesBetween(counts[index - 1]!, counts[index]!)
    if (changes.length > 0) moments.push({ atMs: startMs, changes })
    if (moments.length === most) break
  }
  return moments
}

type Counts = ReadonlyMap<string, Omit<ReplicaChange, 'before' | 'after'> & { replicas: number }>

function countsByWindow({ windows, assignments }: Schedule): Counts[] {
  const counts = windows.map(() => new Map())
  for (const { window, region, model, pointId, replicas } of assignments) {
    const key = JSON.stringify([region, model, pointId])
    counts[window]?.set(key, { region, model, pointId, replicas })
  }
  return counts
}

function changesBetween(before: Counts, after: Counts): ReplicaChange[] {
  return [...new Map([...before, ...after])].flatMap(([key, { region, model, pointId }]) => {
    const was = before.get(key)?.replicas ?? 0
    const is = after.get(key)?.replicas ?? 0
    return was === is ? [] : [{ region, model, pointId, before: was, after: is }]
  })
}
