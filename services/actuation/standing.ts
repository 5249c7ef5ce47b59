import { exactly, type Observed, type ReplicaBounds } from './port.ts'

/**
 * Replicas that stand as far as is known: of a band those that are ready, or else its lower end,
 * which is all that is promised. Undefined where no count is told.
 */
export function standingReplicas({
  desired,
  readyReplicas = 0,
}: Pick<Observed, 'desired' | 'readyReplicas'>): number | undefined {
  const band = desired.replicas
  return band && Math.min(band.max, Math.max(band.min, readyReplicas))
}

/** Raised without taking anything away: an autoscaler keeps the room above that it has. */
export function raisedTo(
  replicas: number,
  { desired, elastic }: Pick<Observed, 'desired' | 'elastic'>,
): ReplicaBounds {
  const room = elastic ? (desired.replicas?.max ?? 0) : 0
  return { min: replicas, max: Math.max(replicas, room) }
}

/** A count that the envelope has granted. */
export interface Granted {
  readonly replicas: number
  /** Up to so many an autoscaler may grow by itself. */
  readonly room: number
  /** What an autoscaler may run above that may go. */
  readonly mayNarrow: boolean
}

/**
 * What a granted count is told as: exactly that, or with room above it for an autoscaler. What it
 * may run beyond that room is taken away last, once the count stands and nobody needs more.
 */
export function toldBounds(seen: Observed, { replicas, room, mayNarrow }: Granted): ReplicaBounds {
  const now = standingReplicas(seen)!
  const handsOff = seen.paused || seen.rollingOut || seen.health === 'degraded'
  if (replicas === now && handsOff) return seen.desired.replicas!
  if (!seen.elastic) return exactly(replicas)
  const mayFall = replicas < now || (replicas === now && mayNarrow)
  const { max } = raisedTo(replicas, seen)
  return { min: replicas, max: mayFall ? room : Math.max(room, max) }
}

/** Would telling this take away any that may run now? Of what cannot be seen nobody knows. */
export function takesAway(
  wanted: ReplicaBounds,
  fresh: Pick<Observed, 'desired' | 'readyReplicas' | 'elastic'>,
): boolean {
  const now = standingReplicas(fresh)
  if (now === undefined || wanted.min < now) return true
  return fresh.elastic === true && wanted.max < fresh.desired.replicas!.max
}
