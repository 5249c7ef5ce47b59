import { withinEnvelope } from './envelope.ts'
import type { EnvelopeInput } from './envelope-facts.ts'
import type { Observed } from './port.ts'
import type { ShiftStep } from './shift-sequence.ts'
import { standingReplicas, takesAway } from './standing.ts'

/**
 * The second look, on state read a moment ago: would the envelope still let this step be told?
 *
 * Additions pass (the quota was counted when they were planned, and a full pool only makes them
 * wait); so do removals that take back what this shift itself added.
 *
 * @param fresh the target just now
 * @param envelope every target's state as of now
 * @returns why not, or undefined to go on
 */
export function obstacleToStep(
  step: ShiftStep,
  fresh: Observed | undefined,
  envelope: EnvelopeInput,
): string | undefined {
  if (step.kind !== 'tell' || fresh === undefined) return undefined
  if (fresh.paused) return `${step.target.id}: a person paused it`
  const wanted = step.desired.replicas
  if (!wanted || !takesAway(wanted, fresh)) return undefined
  const { id } = step.target
  const verdict = withinEnvelope({ ...envelope, wanted: { [id]: wanted.min } }).find(
    ({ targetId }) => targetId === id,
  )
  if (!verdict) return `${id}: it is no target of ours`
  const { replicas, held, mayNarrow } = verdict
  const removes = wanted.min < (standingReplicas(fresh) ?? Number.POSITIVE_INFINITY)
  const granted = replicas !== undefined && replicas <= wanted.min && (removes || mayNarrow)
  if (granted) return undefined
  return `${id}: ${held.join('; ') || 'what runs above its bounds may still be needed'}`
}
