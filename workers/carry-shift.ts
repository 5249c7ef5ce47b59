import { type CarryShiftPorts, carryShift } from '../services/pipeline/carry-shift.ts'
import type { JobHandler } from '../services/queue/index.ts'

/** The queue's face of `services/pipeline/carry-shift.ts`. */
export const carryShiftJob =
  (ports: CarryShiftPorts): JobHandler<'carry-shift'> =>
  (payload, { abort }) =>
    carryShift(ports, payload, abort)
