import type { Database } from '../../platform/database/database.ts'
import type { AuditEntry, AuditLog, WrittenEntry } from '../audit.ts'

const MOST = 1000

interface Row {
  readonly id: number
  readonly entry: AuditEntry
}

/**
 * Append-only: triggers refuse to change or truncate what is written, and to remove what is not older
 * than two years by the clock of the database, or by anybody who does not say from when on.
 */
export function sqlAuditLog(sql: Database, tenant: string): AuditLog {
  return {
    async append(entry) {
      await sql.query(
        `insert into actuation_audit (tenant, at_ms, target_id, plan_version, entry)
         values ($5, $1, $2, $3, $4::jsonb)`,
        [entry.atMs, entry.targetId, entry.planVersion, JSON.stringify(entry), tenant],
      )
    },
    async find({ targetId, planVersion, fromMs, toMs, before, limit = MOST }) {
      const rows = await sql.query<Row>(
        `select sequence as id, entry from actuation_audit
         where tenant = $7 and ($1::text is null or target_id = $1)
           and ($2::text is null or plan_version = $2)
           and ($3::bigint is null or at_ms >= $3)
           and ($4::bigint is null or at_ms < $4)
           and ($5::bigint is null or sequence < $5)
         order by sequence desc limit $6`,
        [
          targetId ?? null,
          planVersion ?? null,
          fromMs ?? null,
          toMs ?? null,
          before ?? null,
          Math.min(limit, MOST),
          tenant,
        ],
      )
      return rows.map(written)
    },
    async since(fromMs, targetIds) {
      const rows = await sql.query<Row>(
        `select sequence as id, entry from actuation_audit
         where tenant = $1 and at_ms >= $2
           and target_id in (select jsonb_array_elements_text($3::jsonb))
         order by sequence desc`,
        [tenant, fromMs, JSON.stringify(targetIds)],
      )
      return rows.map(written)
    },
    forget: (beforeMs) =>
      sql.transaction(async (tx) => {
        const [kept] = await tx.query<{ from_ms: number }>(
          `select (extract(epoch from now() - interval '2 years') * 1000)::bigint as from_ms`,
        )
        const untilMs = Math.floor(Math.min(beforeMs, kept!.from_ms))
        await tx.query(`select set_config('gridtide.forget_audit_before', $1, true)`, [
          `${untilMs}`,
        ])
        const gone = await tx.query(
          'delete from actuation_audit where tenant = $1 and at_ms < $2 returning sequence',
          [tenant, untilMs],
        )
        return gone.length
      }),
  }
}

const written = ({ id, entry }: Row): WrittenEntry => ({ ...entry, id: Number(id) })
