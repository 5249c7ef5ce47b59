import type { AuditEntry, AuditLog } from '../audit.ts'

const MOST = 1000

export function memoryAuditLog(): AuditLog {
  const entries: AuditEntry[] = []
  return {
    async append(entry) {
      entries.push(entry)
    },
    find: async ({ targetId, planVersion, fromMs = 0, toMs = Infinity, limit = MOST }) =>
      entries
        .filter(
          (entry) =>
            (targetId === undefined || entry.targetId === targetId) &&
            (planVersion === undefined || entry.planVersion === planVersion) &&
            entry.atMs >= fromMs &&
            entry.atMs < toMs,
        )
        .reverse()
        .slice(0, Math.min(limit, MOST)),
  }
}
