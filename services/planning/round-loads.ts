import type { Draft } from './draft.ts'
import { addWithGroup } from './insert-replicas.ts'

/** Loads below this share of a replica are rounded up: the solver's own tolerance. */
export const ALMOST = 0.02
/** A replica that ran in the window before stays for this share of its capacity. */
const STICKY = 0.3

/**
 * Whole replicas from fractional ones: the floor, and one more where it ran the window before and
 * is still fairly used. What is missing is for `insertReplicas` to add.
 *
 * @param fractions by model, replicas, [window * binCount + bin]
 */
export function roundLoads(draft: Draft, fractions: readonly Float64Array[]): void {
  for (let t = 0; t < draft.instance.windowCount; t++) {
    if (draft.groupFirst[t] !== t) continue
    for (const m of draft.instance.models.keys()) roundWindow(draft, m, t, fractions[m]!)
  }
}

function roundWindow(draft: Draft, m: number, t: number, fractions: Float64Array): void {
  const { binCount: B, running } = draft.instance.models[m]!
  for (let b = 0; b < B; b++) {
    const fraction = fractions[t * B + b]!
    const before = t > 0 ? draft.replicas[m]![(t - 1) * B + b]! : running[b]!
    const whole = Math.floor(fraction + ALMOST)
    const stays = before > whole && fraction - whole > STICKY ? 1 : 0
    for (let i = 0; i < whole + stays; i++) addWithGroup(draft, m, t, b, ignore)
  }
}

const ignore = (): void => undefined
