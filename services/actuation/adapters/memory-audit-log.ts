import type { AuditLog, WrittenEntry } from '../audit.ts'

const MOST = 1000

export function memoryAuditLog(): AuditLog {
  const entries: WrittenEntry[] = []
  return {
    async append(entry) {
      entries.push({ ...entry, id: entries.length + 1 })
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
  }
}
