import type { AuditEntry, AuditLog } from './audit.ts'

/** Twice within the hour that `heedDrift` looks back on: it has to see that the last word was a failure. */
const SAID_AGAIN_MS = 30 * 60_000

/**
 * A log that takes a failure once, and again every half hour for as long as it lasts: a target that
 * is away is tried every few seconds, and the log only grows.
 */
export const sparingAudit = (log: AuditLog): AuditLog => ({
  ...log,
  async append(entry) {
    if (entry.result === 'failed') {
      const past = await log.since(entry.atMs - SAID_AGAIN_MS + 1, [entry.targetId])
      const other = past.findIndex(({ result }) => result !== 'failed')
      const failures = other < 0 ? past : past.slice(0, other)
      if (failures.some((one) => isSame(one, entry))) return
    }
    await log.append(entry)
  },
})

/** The key names plan, target, what is asked and the state it starts from. */
const isSame = (one: AuditEntry, other: AuditEntry): boolean =>
  one.idempotencyKey === other.idempotencyKey && one.detail === other.detail
