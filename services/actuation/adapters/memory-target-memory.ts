import type { Remembered, TargetMemory } from '../target-memory.ts'

/** Lives as long as the process; for commands, tests and targets that keep their own fence. */
export function memoryTargetMemory(): TargetMemory {
  const entries = new Map<string, Remembered>()
  const fences = new Map<string, number>()
  return {
    recall: async (targetId) => entries.get(targetId),
    async remember(targetId, entry) {
      if (entry.fence < (fences.get(targetId) ?? entry.fence)) return false
      fences.set(targetId, entry.fence)
      entries.set(targetId, entry)
      return true
    },
    async forget(targetId, fence) {
      entries.delete(targetId)
      fences.set(targetId, Math.max(fence, fences.get(targetId) ?? fence))
    },
  }
}
