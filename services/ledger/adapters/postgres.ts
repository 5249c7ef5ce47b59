import type { Sql } from '../../platform/database/database.ts'
import type { Ledger, LedgerEntry, LeverRecord } from '../port.ts'

/** The ledger in PostgreSQL or PGlite. */
export function postgresLedger(sql: Sql, tenant: string): Ledger {
  return {
    async settle(entry) {
      await sql.query(
        `INSERT INTO ledger (tenant, window_start_ms, plan_version, entry) VALUES ($4, $1, $2, $3)
         ON CONFLICT (tenant, window_start_ms) DO UPDATE
         SET plan_version = EXCLUDED.plan_version, entry = EXCLUDED.entry`,
        [entry.windowStartMs, entry.planVersion, JSON.stringify(entry), tenant],
      )
    },

    async between(fromMs, toMs) {
      const rows = await sql.query<{ entry: LedgerEntry }>(
        `SELECT entry FROM ledger WHERE tenant = $3 AND window_start_ms >= $1 AND window_start_ms < $2
         ORDER BY window_start_ms`,
        [fromMs, toMs, tenant],
      )
      return rows.map(({ entry }) => entry)
    },

    async settleLevers({ atMs, problemDigest, levers }) {
      await sql.query(
        `INSERT INTO lever_saving (tenant, at_ms, problem_digest, levers) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant, at_ms) DO UPDATE
         SET problem_digest = EXCLUDED.problem_digest, levers = EXCLUDED.levers`,
        [tenant, atMs, problemDigest, JSON.stringify(levers)],
      )
    },

    async forgetLevers(beforeMs) {
      const gone = await sql.query(
        'DELETE FROM lever_saving WHERE tenant = $1 AND at_ms < $2 RETURNING at_ms',
        [tenant, beforeMs],
      )
      return gone.length
    },

    async leversBetween(fromMs, toMs) {
      return sql.query<LeverRecord>(
        `SELECT at_ms AS "atMs", problem_digest AS "problemDigest", levers FROM lever_saving
         WHERE tenant = $1 AND at_ms >= $2 AND at_ms < $3 ORDER BY at_ms`,
        [tenant, fromMs, toMs],
      )
    },
  }
}
