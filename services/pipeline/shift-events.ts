import type { ShiftRecord } from '../actuation/index.ts'
import type { NewEvent } from '../notification/index.ts'
import { shiftIdOf } from './shift-motion.ts'

/** What subscribers are told of a shift that has come to an end. */
export function shiftEnded(record: ShiftRecord, occurredAtMs: number): NewEvent {
  const { shift, status, failed } = record
  return {
    type: 'shift.ended',
    subject: `model/${shift.model}`,
    key: shiftIdOf(record),
    occurredAtMs,
    data: {
      version: Number(shift.planVersion),
      model: shift.model,
      status,
      ...(failed !== undefined && { reason: failed }),
    },
  }
}
