import type { Draft } from './draft.ts'

/** The most GPUs that start and stop, together, at the beginning of any one window. */
export function mostChangedGpus(draft: Draft): number {
  const { models, windowCount, problem } = draft.instance
  let most = 0
  // With nothing running yet, the first window is a beginning, not a change.
  for (let t = problem.running.length > 0 ? 0 : 1; t < windowCount; t++) {
    let changed = 0
    for (const [m, model] of models.entries()) {
      const counts = draft.replicas[m]!
      for (let b = 0; b < model.binCount; b++) {
        const before = t > 0 ? counts[(t - 1) * model.binCount + b]! : model.running[b]!
        changed += model.gpus[b]! * Math.abs(counts[t * model.binCount + b]! - before)
      }
    }
    most = Math.max(most, changed)
  }
  return most
}
