import type { Sql } from '../../platform/database/database.ts'
import type { KeptBias, LiveBiasStore } from '../port.ts'

interface Row extends Omit<KeptBias, 'model' | 'updatedAtMs'> {
  readonly updated_at_ms: string
}

/** Live biases of one tenant in PostgreSQL or PGlite: `live_bias`. */
export function postgresLiveBiases(sql: Sql, tenant: string): LiveBiasStore {
  return {
    async of(model) {
      const rows = await sql.query<Row>(
        `select layout, quantity, bias, drift, updated_at_ms from live_bias
         where tenant = $1 and model = $2 order by layout, quantity`,
        [tenant, model],
      )
      return rows.map(({ updated_at_ms, ...seen }) => ({
        ...seen,
        model,
        updatedAtMs: Number(updated_at_ms),
      }))
    },

    async save({ model, layout, quantity, bias, drift, updatedAtMs }, seenAtMs) {
      const rows = await sql.query(
        `insert into live_bias (tenant, model, layout, quantity, bias, drift, updated_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (tenant, model, layout, quantity) do update
         set bias = excluded.bias, drift = excluded.drift, updated_at_ms = excluded.updated_at_ms
         where live_bias.updated_at_ms = $8
         returning layout`,
        [tenant, model, layout, quantity, JSON.stringify(bias), drift, updatedAtMs, seenAtMs ?? -1],
      )
      return rows.length > 0
    },

    async forget(beforeMs) {
      const gone = await sql.query(
        'delete from live_bias where tenant = $1 and updated_at_ms < $2 returning layout',
        [tenant, beforeMs],
      )
      return gone.length
    },
  }
}
