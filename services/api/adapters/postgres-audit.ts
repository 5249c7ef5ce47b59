import type { Sql } from '../../platform/database/database.ts'
import type { AuditEntry, AuditReader, NewAuditEntry } from '../ports.ts'

type Row = Omit<AuditEntry, 'atMs'> & { readonly at_ms: number }

export interface AuditLog extends AuditReader {
  write(entry: NewAuditEntry): Promise<void>
  /** Deletes entries before `beforeMs`, those of no tenant too; says how many. */
  forget(beforeMs: number): Promise<number>
}

/** The audit log of one tenant in PostgreSQL, embedded or on a server. */
export const postgresAudit = (db: Sql, tenant: string): AuditLog => ({
  async write({ atMs, actor, action, subject, outcome, words }) {
    await db.query(
      `insert into audit_entry (tenant, at_ms, actor, action, subject, outcome, words)
       values ($7, $1, $2, $3, $4, $5, $6)`,
      [atMs, actor, action, subject, outcome, words, tenant],
    )
  },

  async forget(beforeMs) {
    const gone = await db.query(
      `delete from audit_entry where at_ms < $1 and (tenant = $2 or tenant is null) returning id`,
      [beforeMs, tenant],
    )
    return gone.length
  },

  async history({ before, limit }) {
    const rows = await db.query<Row>(
      `select id, at_ms, actor, action, subject, outcome, words from audit_entry
       where tenant = $3 and ($1::bigint is null or id < $1) order by id desc limit $2`,
      [before ?? null, limit, tenant],
    )
    return rows.map(({ at_ms: atMs, ...entry }) => ({ ...entry, atMs }))
  },
})
