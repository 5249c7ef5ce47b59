import { Conflict } from '../../domain/errors.ts'
import type { Database, Sql } from '../../platform/database/database.ts'
import type { DemandSlot, PushedDemand, PushedDemandStore } from '../port.ts'

interface Row {
  readonly model: string
  readonly origin: string
  readonly kind: PushedDemand['kind']
  readonly start_ms: number
  readonly end_ms: number
  readonly tokens_per_second: number
}

/** Pushed traffic in PostgreSQL, embedded or on a server. */
export const postgresPushedDemand = (db: Database): PushedDemandStore => ({
  push: (tenant, demand, atMs, seen) =>
    db.transaction(async (tx) => {
      const revision = await raise(tx, tenant, demand.model, seen)
      await keep(tx, tenant, demand, atMs)
      return revision
    }),

  record: (tenant, measured, atMs) => keep(db, tenant, { ...measured, kind: 'measured' }, atMs),

  async revision(tenant, model) {
    const [head] = await db.query<{ revision: number }>(
      'select revision from pushed_demand_head where tenant = $1 and model = $2',
      [tenant, model],
    )
    return head?.revision ?? 0
  },

  async between(tenant, fromMs, toMs, model) {
    const rows = await db.query<Row>(
      `select model, origin, kind, start_ms, end_ms, tokens_per_second from pushed_demand
       where tenant = $1 and end_ms > $2 and start_ms < $3 and ($4::text is null or model = $4)
       order by model, origin, kind, start_ms`,
      [tenant, fromMs, toMs, model ?? null],
    )
    return grouped(rows)
  },

  async highestObserved(tenant, fromMs, toMs) {
    const rows = await db.query<Pick<Row, 'model' | 'origin' | 'tokens_per_second'>>(
      `select model, origin, max(tokens_per_second) as tokens_per_second from pushed_demand
       where tenant = $1 and kind in ('observed', 'measured') and end_ms > $2 and start_ms < $3
       group by model, origin order by model, origin`,
      [tenant, fromMs, toMs],
    )
    return rows.map(({ model, origin, tokens_per_second: tokensPerSecond }) => ({
      model,
      origin,
      tokensPerSecond,
    }))
  },

  async forget(beforeMs) {
    const gone = await db.query('delete from pushed_demand where end_ms < $1 returning model', [
      beforeMs,
    ])
    return gone.length
  },
})

async function raise(tx: Sql, tenant: string, model: string, seen?: number): Promise<number> {
  // The row lock makes a second writer wait here, and then see that it came second.
  const [head] = await tx.query<{ revision: number }>(
    `insert into pushed_demand_head as head (tenant, model, revision) values ($1, $2, 1)
     on conflict (tenant, model) do update set revision = head.revision + 1 returning revision`,
    [tenant, model],
  )
  const { revision } = head!
  if (seen !== undefined && seen !== revision - 1) {
    throw new Conflict(`traffic of ${model} was pushed meanwhile`)
  }
  return revision
}

async function keep(
  sql: Sql,
  tenant: string,
  { model, origin, kind, slots }: PushedDemand,
  atMs: number,
): Promise<void> {
  await sql.query(
    `insert into pushed_demand
       (tenant, model, origin, kind, start_ms, end_ms, tokens_per_second, pushed_at_ms)
     select $1, $2, $3, $4, slot.start_ms, slot.end_ms, slot.rate, $8
     from unnest($5::bigint[], $6::bigint[], $7::float8[]) as slot (start_ms, end_ms, rate)
     on conflict (tenant, model, origin, kind, start_ms) do update
     set end_ms = excluded.end_ms, tokens_per_second = excluded.tokens_per_second,
         pushed_at_ms = excluded.pushed_at_ms`,
    [
      tenant,
      model,
      origin,
      kind,
      slots.map(({ startMs }) => startMs),
      slots.map(({ endMs }) => endMs),
      slots.map(({ tokensPerSecond }) => tokensPerSecond),
      atMs,
    ],
  )
}

/** One entry for each run of rows of the same traffic. */
function grouped(rows: readonly Row[]): readonly PushedDemand[] {
  const found = new Map<string, PushedDemand & { readonly slots: DemandSlot[] }>()
  for (const { model, origin, kind, start_ms, end_ms, tokens_per_second } of rows) {
    const key = JSON.stringify([model, origin, kind])
    const demand = found.get(key) ?? { model, origin, kind, slots: [] }
    demand.slots.push({ startMs: start_ms, endMs: end_ms, tokensPerSecond: tokens_per_second })
    found.set(key, demand)
  }
  return [...found.values()]
}
