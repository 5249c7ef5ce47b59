import { canonical, differingFields } from './desired.ts'
import type { DesiredField, Observed, Owner } from './port.ts'
import type { Remembered } from './target-memory.ts'

export interface Drift {
  /** `reverted`: back at what it was before us. `foreign`: at something nobody of us asked for. */
  readonly kind: 'none' | 'reverted' | 'foreign'
  readonly fields: readonly DesiredField[]
  /** Who wrote it last, as far as the target tells. */
  readonly by?: Owner
}

export type DriftPolicy = 'adopt' | 'correct' | 'alarm'

/**
 * Has somebody changed what we told the target?
 *
 * An autoscaler or a GitOps controller reverts; a person chooses a value of their own.
 */
export function driftOf(remembered: Remembered | undefined, seen: Observed): Drift {
  const fields = remembered ? differingFields(remembered.applied, seen.desired) : []
  if (fields.length === 0) return { kind: 'none', fields }
  const reverted = fields.every(
    (field) => canonical(remembered!.before[field]) === canonical(seen.desired[field]),
  )
  const [by] = [...seen.owners].sort((a, b) => (b.sinceMs ?? 0) - (a.sinceMs ?? 0))
  return { kind: reverted ? 'reverted' : 'foreign', fields, ...(by && { by }) }
}

/**
 * What to do about it. Whatever the policy, drift that leaves less than we told is never adopted,
 * and none is corrected twice without an alarm: two that correct each other never end.
 *
 * @param corrections how often this target has been corrected since it last held still
 */
export function answerDrift(
  drift: Drift,
  policy: DriftPolicy,
  seen: Observed,
  remembered: Remembered | undefined,
  corrections: number,
): { readonly act: 'nothing' | 'reapply' | 'adopt'; readonly alarm: boolean } {
  if (drift.kind === 'none') return { act: 'nothing', alarm: false }
  const told = remembered?.applied.replicas?.min ?? 0
  const lessThanTold = (seen.desired.replicas?.min ?? told) < told
  if (policy === 'alarm') return { act: 'nothing', alarm: true }
  if (policy === 'adopt' && !lessThanTold) return { act: 'adopt', alarm: false }
  return { act: corrections < 2 ? 'reapply' : 'nothing', alarm: corrections >= 1 }
}
