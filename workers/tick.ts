import { type TickPorts, tick } from '../services/pipeline/tick.ts'
import type { JobHandler } from '../services/queue/index.ts'

/** The queue's face of `services/pipeline/tick.ts`. */
export const tickJob =
  (ports: TickPorts): JobHandler<'tick'> =>
  (_payload, { dueAtMs }) =>
    tick(ports, dueAtMs)
