import priorFile from '../../config/catalogue/prior.json' with { type: 'json' }
import type { Prior } from './prior.ts'

/** The prior learned from all public runs; see its `source`. */
export const shippedPrior: Prior = priorFile
