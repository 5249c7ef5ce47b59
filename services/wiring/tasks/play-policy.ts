import { type PolicyJob, type PolicyResult, playPolicy } from '../../backtest/index.ts'
import { secondsFromMs } from '../../domain/units.ts'
import { openSolver } from '../open-solver.ts'

export interface PlayTask {
  readonly job: PolicyJob
  /** One 32-bit count of simulated windows, shared with who shows the progress. */
  readonly progress: SharedArrayBuffer
}

const highs = openSolver()

/** A result, and how long it took. */
export interface TimedResult extends PolicyResult {
  readonly seconds: number
}

export async function task({ job, progress }: PlayTask): Promise<TimedResult> {
  const count = new Int32Array(progress)
  const solver = await highs
  const startedMs = performance.now()
  const result = playPolicy(job, solver, () => void Atomics.add(count, 0, 1))
  return { ...result, seconds: secondsFromMs(performance.now() - startedMs) }
}
