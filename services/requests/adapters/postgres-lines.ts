import type { Database } from '../../platform/database/database.ts'
import type { HeldLine, LineKey, RequestBatchStore, RequestLine, SettledLine } from '../port.ts'

/** Milliseconds by the database's own clock, so that skewed hosts agree. */
export const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint'
/** Lines written in one statement. */
const CHUNK = 1000

type LineStore = Pick<
  RequestBatchStore,
  'setLines' | 'claim' | 'keepHold' | 'settle' | 'release' | 'settleOpen' | 'left' | 'settled'
>

/** The requests of one tenant's batches, and who is at which. */
export const postgresLines = (db: Database, tenant: string): LineStore => ({
  async setLines(id, lines) {
    await db.query('delete from request_line where tenant = $1 and batch = $2', [tenant, id])
    let chunk: RequestLine[] = []
    const write = async () => {
      await db.query(
        `insert into request_line (tenant, batch, number, custom_id, at_byte, bytes, tokens)
         select $1, $2, number, "customId", "atByte", bytes, tokens from jsonb_to_recordset($3::jsonb)
           as one (number int, "customId" text, "atByte" bigint, bytes int, tokens float8)`,
        [tenant, id, JSON.stringify(chunk)],
      )
      chunk = []
    }
    for await (const line of lines) {
      chunk.push(line)
      if (chunk.length === CHUNK) await write()
    }
    if (chunk.length > 0) await write()
  },

  claim: (id, { holder, atOnce, leaseMs, nowMs }) =>
    db.transaction(async (tx) => {
      // Whoever counts has the batch: two who count at once would together take too many.
      await tx.query('select 1 from request_batch where tenant = $1 and id = $2 for update', [
        tenant,
        id,
      ])
      const rows = await tx.query<Omit<HeldLine, 'batch'>>(
        `update request_line set holder = $3, attempt = attempt + 1, lease_until_ms = ${NOW} + $4
         where tenant = $1 and batch = $2 and number in (
           select number from request_line where tenant = $1 and batch = $2 and state = 'open'
             and lease_until_ms < ${NOW} and not_before_ms <= $6 order by number
           limit greatest(0, $5 - (select count(*) from request_line where tenant = $1 and batch = $2
             and state = 'open' and lease_until_ms >= ${NOW})))
         returning number, custom_id as "customId", at_byte as "atByte", bytes, tokens, attempt, tries`,
        [tenant, id, holder, leaseMs, atOnce, nowMs],
      )
      return rows.map((row): HeldLine => ({ ...row, batch: id }))
    }),

  keepHold: (holder, leaseMs) =>
    db.query<LineKey>(
      `update request_line set lease_until_ms = ${NOW} + $3
       where tenant = $1 and holder = $2 and state = 'open' and lease_until_ms >= ${NOW}
       returning batch, number, attempt`,
      [tenant, holder, leaseMs],
    ),

  async settle({ batch, number, attempt }, state, result) {
    const rows = await db.query(
      `update request_line set state = $5, result = $6, holder = ''
       where tenant = $1 and batch = $2 and number = $3 and attempt = $4 and state = 'open' returning number`,
      [tenant, batch, number, attempt, state, JSON.stringify(result)],
    )
    return rows.length > 0
  },

  async release({ batch, number, attempt }, { notBeforeMs, failed }) {
    await db.query(
      `update request_line set holder = '', lease_until_ms = 0, not_before_ms = $5, tries = tries + $6::int
       where tenant = $1 and batch = $2 and number = $3 and attempt = $4 and state = 'open'`,
      [tenant, batch, number, attempt, notBeforeMs, Number(failed)],
    )
  },

  async settleOpen(id, error) {
    await db.query(
      `update request_line set state = 'failed', attempt = attempt + 1, holder = '', result = $3
       where tenant = $1 and batch = $2 and state = 'open'`,
      [tenant, id, JSON.stringify({ response: null, error })],
    )
  },

  async left(id) {
    const [row] = await db.query<{ lines: number; tokens: number }>(
      `select count(*)::int as lines, coalesce(sum(tokens), 0)::float8 as tokens
       from request_line where tenant = $1 and batch = $2 and state = 'open'`,
      [tenant, id],
    )
    return row!
  },

  async settled(id, state, after, limit) {
    const rows = await db.query<{ number: number; customId: string; result: string }>(
      `select number, custom_id as "customId", result from request_line
       where tenant = $1 and batch = $2 and state = $3 and number > $4 order by number limit $5`,
      [tenant, id, state, after, limit],
    )
    return rows.map(({ result, ...line }): SettledLine => ({ ...line, result: JSON.parse(result) }))
  },
})
