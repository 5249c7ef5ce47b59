import {
  type AttributeLeversPorts,
  attributeLevers,
} from '../services/pipeline/attribute-levers.ts'
import type { JobHandler } from '../services/queue/index.ts'

/** The queue's face of `services/pipeline/attribute-levers.ts`. */
export const attributeLeversJob =
  (ports: AttributeLeversPorts): JobHandler<'attribute-levers'> =>
  (payload) =>
    attributeLevers(ports, payload)
