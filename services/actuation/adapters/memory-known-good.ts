import type { KnownGood } from '../known-good.ts'

export function memoryKnownGood(): KnownGood {
  const kept = new Map<string, { readonly replicas: number; readonly atMs: number }>()
  return {
    all: async () => Object.fromEntries([...kept].map(([id, { replicas }]) => [id, replicas])),
    async keep(counts, atMs) {
      for (const [id, replicas] of Object.entries(counts)) kept.set(id, { replicas, atMs })
    },
    async forget(beforeMs) {
      const gone = [...kept].filter(([, { atMs }]) => atMs < beforeMs)
      for (const [id] of gone) kept.delete(id)
      return gone.length
    },
  }
}
