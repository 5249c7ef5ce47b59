import { type SolveBlockPorts, solveOneBlock } from '../services/pipeline/solve-block.ts'
import type { JobHandler } from '../services/queue/index.ts'

/** The queue's face of `services/pipeline/solve-block.ts`. */
export const solveBlockJob =
  (ports: SolveBlockPorts): JobHandler<'solve-block'> =>
  (payload) =>
    solveOneBlock(ports, payload)
