import { type RefreshGridPorts, refreshGrid } from '../services/pipeline/refresh-grid.ts'
import type { JobHandler } from '../services/queue/index.ts'

/** The queue's face of `services/pipeline/refresh-grid.ts`. */
export const refreshGridJob =
  (ports: RefreshGridPorts): JobHandler<'refresh-grid'> =>
  (payload, { abort }) =>
    refreshGrid(ports, payload, abort)
