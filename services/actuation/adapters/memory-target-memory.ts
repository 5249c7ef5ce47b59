import type { Remembered, TargetMemory } from '../target-memory.ts'

/** Lives as long as the process; for commands, tests and targets that keep their own fence. */
export function memoryTargetMemory(): TargetMemory {
  const entries = new Map<string, Remembered>()
  return {
    recall: async (targetId) => entries.get(targetId),
    recallAll: async (targetIds) => new Map([...entries].filter(([id]) => targetIds.includes(id))),
    async remember(targetId, entry) {
      if (entry.fence < (entries.get(targetId)?.fence ?? entry.fence)) return false
      entries.set(targetId, entry)
      return true
    },
  }
}
