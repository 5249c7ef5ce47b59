import { advance, type ShiftRecord, type ShiftStore } from '../actuation/index.ts'

/**
 * May a model be moved? `free`: yes. `moving`: a shift is under way to where the plan has it, and
 * only floors are kept. `cooling`: it is on its way back, or failed a moment ago under this very plan;
 * only floors are kept. `growing`: it failed under an older plan, so nothing is taken away or
 * redirected yet, but more may be added.
 */
export type Motion = 'free' | 'moving' | 'cooling' | 'growing'

/**
 * Ends what an older plan began, wherever it stands; a roll-back is left to reach its end.
 *
 * @param last the newest shift of the model
 * @param version of the plan in force
 * @param cooldownMs after a shift that failed
 */
export async function motionOf(
  shifts: Pick<ShiftStore, 'save'>,
  last: ShiftRecord | undefined,
  { version, cooldownMs, nowMs }: { version: number; cooldownMs: number; nowMs: number },
): Promise<Motion> {
  if (!last) return 'free'
  const ours = Number(last.shift.planVersion) === version
  if (last.status === 'running') {
    if (last.failed !== undefined) return 'cooling'
    if (ours) return 'moving'
    const moved = await shifts.save(shiftIdOf(last), advance(last, { kind: 'supersede' }, nowMs))
    return moved ? 'free' : 'moving'
  }
  const cooling = last.failed !== undefined && nowMs - last.stepSinceMs < cooldownMs
  if (!cooling) return 'free'
  return ours ? 'cooling' : 'growing'
}

/** Under which a record is kept: a roll-back is kept in the place of what it takes back. */
export const shiftIdOf = ({ shift }: ShiftRecord): string => shift.id.replace(/\/back$/, '')
