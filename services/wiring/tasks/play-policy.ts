import { type PolicyJob, type PolicyResult, playPolicy } from '../../backtest/index.ts'
import { loadHighs } from '../../planning/index.ts'

export interface PlayTask {
  readonly job: PolicyJob
  /** One 32-bit count of simulated windows, shared with who shows the progress. */
  readonly progress: SharedArrayBuffer
}

const highs = loadHighs()

export async function task({ job, progress }: PlayTask): Promise<PolicyResult> {
  const count = new Int32Array(progress)
  return playPolicy(job, await highs, () => void Atomics.add(count, 0, 1))
}
