import { type NotifyChangePorts, notifyChange } from '../services/pipeline/notify-change.ts'
import type { JobHandler } from '../services/queue/index.ts'

/** The queue's face of `services/pipeline/notify-change.ts`. */
export const notifyChangeJob =
  (ports: NotifyChangePorts): JobHandler<'notify-change'> =>
  (_payload, { abort }) =>
    notifyChange(ports, abort)
