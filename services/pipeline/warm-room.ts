import type { RegionOutlook, WarmRoom } from '../batch/index.ts'
import type { OperatingPoint } from '../fitting/index.ts'
import type { Model } from '../fleet/index.ts'
import type { Assignment, Plan } from '../planning/index.ts'

/**
 * Of what replicas sustain, never given to deferrable tokens: peaks shorter than a window, and a rate
 * that is kept by a number of requests and not by tokens.
 */
const KEPT_RATIO = 0.1
const HOUR_MS = 3_600_000
const JOULES_PER_KWH = 3_600_000
const SECONDS_PER_HOUR = 3600

/** What room is measured in: the plan in force, and who may need more of it. */
export interface WarmSources {
  readonly plan: Plan
  readonly points: ReadonlyMap<string, readonly OperatingPoint[]>
  readonly models: readonly Pick<Model, 'id' | 'spareReplicas'>[]
  readonly nowMs: number
}

/**
 * What the replicas of a model in a region have left, over all windows of the plan that an hour from
 * now on touches: what they sustain inside the objective, less the traffic they are planned for (its
 * upper quantile and head-room are in it), the spare replicas that the fleet asks for, and a tenth.
 * Replicas that are only starting do not count.
 *
 * @returns undefined where that is nothing, or where the plan does not cover the hour
 */
export function warmRoom(
  { plan, points, models, nowMs }: WarmSources,
  region: string,
  model: string,
  hourMs: number,
): WarmRoom | undefined {
  const fromMs = Math.max(nowMs, hourMs)
  const toMs = hourMs + HOUR_MS
  const touched = plan.windows.flatMap(({ startMs, endMs }, index) =>
    startMs < toMs && endMs > fromMs ? [index] : [],
  )
  if (touched.length === 0 || plan.windows[touched.at(-1)!]!.endMs < toMs) return undefined
  const byId = new Map((points.get(model) ?? []).map((point) => [point.id, point]))
  const spare = models.find(({ id }) => id === model)?.spareReplicas ?? 0
  const rooms = touched.map((window) => {
    const there = plan.assignments.filter(
      (one) => one.window === window && one.region === region && one.model === model,
    )
    return roomOf(there, byId, spare)
  })
  const tokensPerSecond = Math.min(...rooms.map((room) => room.tokensPerSecond))
  if (tokensPerSecond <= 0) return undefined
  const joulesPerToken = Math.max(...rooms.map((room) => room.joulesPerToken))
  return {
    workPerHour: tokensPerSecond * SECONDS_PER_HOUR,
    kwhPerWork: joulesPerToken / JOULES_PER_KWH,
  }
}

/** Of one window; the energy of a token is that of the layout that needs most. */
function roomOf(
  assignments: readonly Assignment[],
  points: ReadonlyMap<string, OperatingPoint>,
  spareReplicas: number,
) {
  let sustained = 0
  let planned = 0
  let largest = 0
  let joulesPerToken = 0
  for (const one of assignments) {
    const point = points.get(one.pointId)
    planned += one.tokensPerSecond + one.batchTokensPerSecond
    const standing = one.replicas - one.starts
    if (!point || standing <= 0) continue
    const { capacityTokensPerSecond: capacity, busyWatts, idleWatts } = point
    sustained += standing * capacity
    largest = Math.max(largest, capacity)
    joulesPerToken = Math.max(joulesPerToken, (busyWatts - idleWatts) / capacity)
  }
  const kept = KEPT_RATIO * sustained + spareReplicas * largest
  return { tokensPerSecond: sustained - kept - planned, joulesPerToken }
}

/** The first hours of an outlook that a plan says anything of. */
export const hoursPlanned = ({ windows }: Plan, { startMs }: RegionOutlook): number =>
  Math.max(0, Math.floor((windows.at(-1)!.endMs - startMs) / HOUR_MS))
