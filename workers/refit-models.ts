import { type RefitModelsPorts, refitModels } from '../services/pipeline/refit-models.ts'
import type { JobHandler } from '../services/queue/index.ts'

/** The queue's face of `services/pipeline/refit-models.ts`. */
export const refitModelsJob =
  (ports: RefitModelsPorts): JobHandler<'refit-models'> =>
  (payload) =>
    refitModels(ports, payload)
