import { setTimeout as delay } from 'node:timers/promises'
import { memoryTargetMemory } from '../../services/actuation/adapters/memory-target-memory.ts'
import type { GuardDeps, TargetRef } from '../../services/actuation/index.ts'

/** Real time, a fresh memory, quick polling. */
export const realDeps = (over: Partial<GuardDeps> = {}): GuardDeps => ({
  memory: memoryTargetMemory(),
  nowMs: Date.now,
  sleep: async (durationMs, abort) => {
    await delay(durationMs, undefined, { signal: abort })
  },
  pollMs: 5,
  ...over,
})

export const targetOf = (
  locator: Readonly<Record<string, string>>,
  kind: TargetRef['kind'] = 'replicas',
): TargetRef => ({ id: 'eu/llama/H100-tp2', kind, region: 'eu', backend: 'under-test', locator })
