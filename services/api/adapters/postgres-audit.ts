import type { Sql } from '../../platform/database/database.ts'
import type { AuditEntry, AuditReader, NewAuditEntry } from '../ports.ts'

type Row = Omit<AuditEntry, 'atMs'> & { readonly at_ms: number }

export interface AuditLog extends AuditReader {
  write(entry: NewAuditEntry): Promise<void>
}

/** The audit log in PostgreSQL, embedded or on a server. */
export const postgresAudit = (db: Sql): AuditLog => ({
  async write({ atMs, actor, action, subject, outcome, words }) {
    await db.query(
      `insert into audit_entry (at_ms, actor, action, subject, outcome, words)
       values ($1, $2, $3, $4, $5, $6)`,
      [atMs, actor, action, subject, outcome, words],
    )
  },

  async history({ before, limit }) {
    const rows = await db.query<Row>(
      `select id, at_ms, actor, action, subject, outcome, words from audit_entry
       where $1::bigint is null or id < $1 order by id desc limit $2`,
      [before ?? null, limit],
    )
    return rows.map(({ at_ms: atMs, ...entry }) => ({ ...entry, atMs }))
  },
})
