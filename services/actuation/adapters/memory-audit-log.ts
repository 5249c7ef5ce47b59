import type { AuditLog, WrittenEntry } from '../audit.ts'

const MOST = 1000

export function memoryAuditLog(): AuditLog {
  let entries: WrittenEntry[] = []
  let last = 0
  return {
    async append(entry) {
      entries.push({ ...entry, id: ++last })
    },
    find: async ({
      targetId,
      planVersion,
      fromMs = 0,
      toMs = Infinity,
      before = Infinity,
      limit = MOST,
    }) =>
      entries
        .filter(
          (entry) =>
            (targetId === undefined || entry.targetId === targetId) &&
            (planVersion === undefined || entry.planVersion === planVersion) &&
            entry.atMs >= fromMs &&
            entry.atMs < toMs &&
            entry.id < before,
        )
        .reverse()
        .slice(0, Math.min(limit, MOST)),
    since: async (fromMs, targetIds) =>
      entries
        .filter(({ atMs, targetId }) => atMs >= fromMs && targetIds.includes(targetId))
        .reverse(),
    async forget(beforeMs) {
      const before = entries.length
      entries = entries.filter(({ atMs }) => atMs >= beforeMs)
      return before - entries.length
    },
  }
}
