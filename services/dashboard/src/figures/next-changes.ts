import { assignmentsIn, type Schedule } from './schedule.ts'

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
  for (const [index, { startMs }] of schedule.windows.entries()) {
    if (index === 0 || startMs <= nowMs) continue
    const changes = changesBetween(countsIn(schedule, index - 1), countsIn(schedule, index))
    if (changes.length > 0) moments.push({ atMs: startMs, changes })
    if (moments.length === most) break
  }
  return moments
}

type Counts = ReadonlyMap<string, Omit<ReplicaChange, 'before' | 'after'> & { replicas: number }>

const countsIn = (schedule: Schedule, window: number): Counts =>
  new Map(
    assignmentsIn(schedule, window).map(({ region, model, pointId, replicas }) => [
      JSON.stringify([region, model, pointId]),
      { region, model, pointId, replicas },
    ]),
  )

function changesBetween(before: Counts, after: Counts): ReplicaChange[] {
  return [...new Map([...before, ...after])].flatMap(([key, { region, model, pointId }]) => {
    const was = before.get(key)?.replicas ?? 0
    const is = after.get(key)?.replicas ?? 0
    return was === is ? [] : [{ region, model, pointId, before: was, after: is }]
  })
}
