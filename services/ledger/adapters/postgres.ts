import type { Sql } from '../../platform/database/database.ts'
import type { Ledger, LedgerEntry } from '../port.ts'

/** The ledger in PostgreSQL or PGlite. */
export function postgresLedger(sql: Sql): Ledger {
  return {
    async settle(entry) {
      await sql.query(
        `INSERT INTO ledger (window_start_ms, plan_version, entry) VALUES ($1, $2, $3)
         ON CONFLICT (window_start_ms) DO UPDATE
         SET plan_version = EXCLUDED.plan_version, entry = EXCLUDED.entry`,
        [entry.windowStartMs, entry.planVersion, JSON.stringify(entry)],
      )
    },

    async between(fromMs, toMs) {
      const rows = await sql.query<{ entry: LedgerEntry }>(
        `SELECT entry FROM ledger WHERE window_start_ms >= $1 AND window_start_ms < $2
         ORDER BY window_start_ms`,
        [fromMs, toMs],
      )
      return rows.map(({ entry }) => entry)
    },
  }
}
