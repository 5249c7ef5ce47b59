import type { Lease, Leases } from '../lease.ts'

/** Leases of one process, by the given clock. */
export function memoryLeases(nowMs: () => number): Leases {
  const held = new Map<string, Lease>()
  return {
    async acquire(scope, holder, durationMs) {
      const last = held.get(scope)
      const free = !last || last.holder === holder || last.expiresAtMs <= nowMs()
      if (!free) return undefined
      const fence = last?.holder === holder ? last.fence : (last?.fence ?? 0) + 1
      const lease = { scope, holder, fence, expiresAtMs: nowMs() + durationMs }
      held.set(scope, lease)
      return lease
    },
    async release(lease) {
      const last = held.get(lease.scope)
      if (last?.fence === lease.fence)
        held.set(lease.scope, { ...last, holder: '', expiresAtMs: 0 })
    },
  }
}
