import { setImmediate as breathe } from 'node:timers/promises'
import type { CarbonSeries } from '../../domain/carbon-series.ts'
import type { Sql } from '../../platform/database/database.ts'
import { packSeries, unpackSeries } from '../pack-series.ts'
import type { ForecastArchive, SeriesStore, StoredSeries } from '../port.ts'

interface PackedRow {
  readonly packed: Uint8Array
}

interface ClaimRow {
  readonly mine: boolean
  readonly failure: string | null
  readonly fetched_at_ms: number | null
  readonly fresh_until_ms: number | null
  /** Null where nothing is held, and where the caller knows it. */
  readonly packed: Uint8Array | null
}

/**
 * The outer select sees the row as it was before the claim. What is fresh or being asked for is only
 * read: even an update that changes nothing would lock the row and write to the log.
 */
const CLAIM = `
  with taken as (
      select from grid_series
      where key = $1 and ($2 < fresh_until_ms or $2 < leased_until_ms)),
    claimed as (
      insert into grid_series as held (key, leased_until_ms)
      select $1, $2::bigint + $3::bigint where not exists (select from taken)
      on conflict (key) do update set leased_until_ms = excluded.leased_until_ms, failure = null
        where (held.leased_until_ms is null or held.leased_until_ms <= $2)
          and (held.fresh_until_ms is null or held.fresh_until_ms <= $2)
      returning key)
  select exists (select from claimed) as mine, fetched_at_ms, fresh_until_ms,
    case when $2 < leased_until_ms then failure end as failure,
    case when fetched_at_ms is distinct from $4::bigint then packed end as packed
  from (select) as always left join grid_series on key = $1`

/** Last good answers, shared by every process on one database. */
export function sqlSeriesStore(db: Sql): SeriesStore {
  return {
    async claim(key, { nowMs, leaseMs, known }) {
      const values = [key, nowMs, leaseMs, known?.fetchedAtMs ?? null]
      const [row] = await db.query<ClaimRow>(CLAIM, values)
      const { mine, failure } = row!
      return { mine, held: heldIn(row!, known), ...(failure !== null && { failure }) }
    },

    async write(key, { series, fetchedAtMs, freshUntilMs }) {
      await db.query(
        `insert into grid_series (key, packed, fetched_at_ms, fresh_until_ms) values ($1, $2, $3, $4)
         on conflict (key) do update set packed = excluded.packed,
           fetched_at_ms = excluded.fetched_at_ms, fresh_until_ms = excluded.fresh_until_ms,
           leased_until_ms = null, failure = null
           where grid_series.fetched_at_ms is null
             or grid_series.fetched_at_ms <= excluded.fetched_at_ms`,
        [key, packSeries(series), fetchedAtMs, freshUntilMs],
      )
    },

    async release(key, failure, untilMs) {
      await db.query('update grid_series set leased_until_ms = $2, failure = $3 where key = $1', [
        key,
        untilMs,
        failure,
      ])
    },
  }
}

function heldIn(row: ClaimRow, known: StoredSeries | undefined): StoredSeries | undefined {
  const { packed, fetched_at_ms: fetchedAtMs, fresh_until_ms: freshUntilMs } = row
  if (fetchedAtMs === null) return undefined
  const series = packed === null ? known!.series : unpackSeries(packed)
  return { series, fetchedAtMs, freshUntilMs: freshUntilMs ?? fetchedAtMs }
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
      const issues: CarbonSeries[] = []
      for (const { packed } of rows) {
        issues.push(unpackSeries(packed))
        await breathe() // two months of them at once would hold every request up
      }
      return issues
    },

    async newest({ source, zone, signal, basis, fromMs, toMs }) {
      const [row] = await db.query<PackedRow>(
        `select packed from grid_forecast
         where source = $1 and zone = $2 and signal = $3 and basis = $4
           and issued_at_ms >= $5 and issued_at_ms < $6
         order by issued_at_ms desc limit 1`,
        [source, zone, signal, basis, fromMs, toMs],
      )
      return row && unpackSeries(row.packed)
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
