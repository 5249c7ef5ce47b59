import type { OperatingPoint } from '../../fitting/index.ts'
import type { Sql } from '../../platform/database/database.ts'
import type { FitStore } from '../port.ts'

interface Row {
  readonly model: string
  readonly fitted_at_ms: string
  readonly source: string
  readonly points: readonly OperatingPoint[]
}

/** Fits in PostgreSQL or PGlite: `model_fits`. */
export function postgresFits(sql: Sql, tenant: string): FitStore {
  return {
    async save({ model, fittedAtMs, source, points }) {
      await sql.query(
        `INSERT INTO model_fits (tenant, model, fitted_at, source, points)
         VALUES ($5, $1, to_timestamp($2 / 1000.0), $3, $4)
         ON CONFLICT (tenant, model) DO UPDATE
         SET fitted_at = EXCLUDED.fitted_at, source = EXCLUDED.source, points = EXCLUDED.points`,
        [model, fittedAtMs, source, JSON.stringify(points), tenant],
      )
    },

    async all() {
      const rows = await sql.query<Row>(
        `SELECT model, extract(epoch FROM fitted_at) * 1000 AS fitted_at_ms, source, points
         FROM model_fits WHERE tenant = $1 ORDER BY model`,
        [tenant],
      )
      return rows.map(({ fitted_at_ms, ...fit }) => ({ ...fit, fittedAtMs: Number(fitted_at_ms) }))
    },
  }
}
