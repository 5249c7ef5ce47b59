import type { Draft } from './draft.ts'

/** The most GPUs that start and stop, together, at the beginning of any one window. */
export function mostChangedGpus(draft: Draft): number {
  const { windowCount, problem } = draft.instance
  // With nothing running yet, the first window is a beginning, not a change.
  const first = problem.running.length > 0 ? 0 : 1
  const changes = Array.from({ length: windowCount - first }, (_, i) =>
    changedGpus(draft, first + i),
  )
  return Math.max(0, ...changes)
}

function changedGpus(draft: Draft, t: number): number {
  const { models, strandedGpus } = draft.instance
  let changed = t === 0 ? strandedGpus : 0
  for (const [m, model] of models.entries()) {
    const counts = draft.replicas[m]!
    for (let b = 0; b < model.binCount; b++) {
      const before = t > 0 ? counts[(t - 1) * model.binCount + b]! : model.running[b]!
      changed += model.gpus[b]! * Math.abs(counts[t * model.binCount + b]! - before)
    }
  }
  return changed
}
