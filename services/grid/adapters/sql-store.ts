import type { CarbonSeries } from '../../domain/carbon-series.ts'
import type { Sql } from '../../platform/database/database.ts'
import { packSeries, unpackSeries } from '../pack-series.ts'
import type { ForecastArchive, SeriesStore } from '../port.ts'

interface PackedRow {
  readonly packed: Uint8Array
}

type ClaimRow = { readonly mine: boolean } & (
  | (PackedRow & { readonly fetched_at_ms: number })
  | { readonly packed: null; readonly fetched_at_ms: null }
)

/** The outer select sees the row as it was before the claim: the values held. */
const CLAIM = `
  with claimed as (
    insert into grid_series as held (key, leased_until_ms) values ($1, $2::bigint + $4::bigint)
    on conflict (key) do update set leased_until_ms = excluded.leased_until_ms
      where (held.leased_until_ms is null or held.leased_until_ms <= $2)
        and (held.fetched_at_ms is null or held.fetched_at_ms <= $2::bigint - $3::bigint)
    returning key)
  select exists (select from claimed) as mine, packed, fetched_at_ms
  from (select) as always left join grid_series on key = $1`

/** Last good answers, shared by every process on one database. */
export function sqlSeriesStore(db: Sql): SeriesStore {
  return {
    async claim(key, { nowMs, freshForMs, leaseMs }) {
      const [row] = await db.query<ClaimRow>(CLAIM, [key, nowMs, freshForMs, leaseMs])
      const { mine, packed, fetched_at_ms: fetchedAtMs } = row!
      return { mine, held: packed ? { series: unpackSeries(packed), fetchedAtMs } : undefined }
    },

    async write(key, { series, fetchedAtMs }) {
      await db.query(
        `insert into grid_series (key, packed, fetched_at_ms) values ($1, $2, $3)
         on conflict (key) do update set packed = excluded.packed,
           fetched_at_ms = excluded.fetched_at_ms, leased_until_ms = null
           where grid_series.fetched_at_ms is null
             or grid_series.fetched_at_ms <= excluded.fetched_at_ms`,
        [key, packSeries(series), fetchedAtMs],
      )
    },

    async release(key) {
      await db.query('update grid_series set leased_until_ms = null where key = $1', [key])
    },
  }
}

/** Every forecast as issued, in one table. */
export function sqlArchive(db: Sql): ForecastArchive {
  return {
    async append(series) {
      const { source, zone, signal, basis, issuedAtMs } = series
      const rows = await db.query(
        `insert into grid_forecast (source, zone, signal, basis, issued_at_ms, packed)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning zone`,
        [source, zone, signal, basis, issuedAtMs, packSeries(series)],
      )
      return rows.length > 0
    },

    async read({ source, zone, signal, basis, fromMs, toMs, everyMs = 1 }) {
      const rows = await db.query<PackedRow>(
        `select distinct on ((issued_at_ms - $5) / $7::bigint) packed from grid_forecast
         where source = $1 and zone = $2 and signal = $3 and basis = $4
           and issued_at_ms >= $5 and issued_at_ms < $6
         order by (issued_at_ms - $5) / $7::bigint, issued_at_ms`,
        [source, zone, signal, basis, fromMs, toMs, everyMs],
      )
      return rows.map(({ packed }): CarbonSeries => unpackSeries(packed))
    },

    async prune(beforeMs) {
      const rows = await db.query(
        'delete from grid_forecast where issued_at_ms < $1 returning 1 as gone',
        [beforeMs],
      )
      return rows.length
    },
  }
}
