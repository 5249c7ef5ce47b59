import type { Database } from '../../platform/database/database.ts'
import type { BatchChange, RequestBatch, RequestBatchStore, RequestCounts } from '../port.ts'
import { NOW, postgresLines } from './postgres-lines.ts'

interface Row {
  readonly id: string
  readonly status: RequestBatch['status']
  readonly ask: RequestBatch['ask']
  readonly model: string | null
  readonly created_at_ms: number
  readonly deadline_at_ms: number
  readonly times: RequestBatch['times']
  readonly errors: RequestBatch['errors']
  readonly output_file: string | null
  readonly error_file: string | null
}

const OPEN = `status in ('validating', 'in_progress', 'finalizing', 'cancelling')`

const batchOf = (row: Row): RequestBatch => ({
  id: row.id,
  status: row.status,
  ask: row.ask,
  createdAtMs: row.created_at_ms,
  deadlineAtMs: row.deadline_at_ms,
  times: row.times,
  errors: row.errors,
  ...(row.model !== null && { model: row.model }),
  ...(row.output_file !== null && { outputFile: row.output_file }),
  ...(row.error_file !== null && { errorFile: row.error_file }),
})

/** One tenant's batches of requests in PostgreSQL, embedded or on a server. */
export const postgresRequestBatches = (db: Database, tenant: string): RequestBatchStore => ({
  ...postgresLines(db, tenant),
  ...reading(db, tenant),
  ...writing(db, tenant),
})

type Reads = Pick<RequestBatchStore, 'get' | 'list' | 'open' | 'counts' | 'reads'>
const reading = (db: Database, tenant: string): Reads => ({
  async get(id) {
    const [row] = await db.query<Row>('select * from request_batch where tenant = $1 and id = $2', [
      tenant,
      id,
    ])
    return row && batchOf(row)
  },

  async list({ limit, after }) {
    const rows = await db.query<Row>(
      `select * from request_batch where tenant = $1 and ($2::text is null
         or number < (select number from request_batch where tenant = $1 and id = $2))
       order by number desc limit $3`,
      [tenant, after ?? null, limit],
    )
    return rows.map(batchOf)
  },

  async open() {
    const rows = await db.query<Row>(
      `select * from request_batch where tenant = $1 and ${OPEN} order by number`,
      [tenant],
    )
    return rows.map(batchOf)
  },

  async counts(ids) {
    const rows = await db.query<{ batch: string } & RequestCounts>(
      `select batch, count(*)::int as total, (count(*) filter (where state = 'completed'))::int as completed,
         (count(*) filter (where state = 'failed'))::int as failed
       from request_line where tenant = $1 and batch = any($2::text[]) group by batch`,
      [tenant, ids],
    )
    return new Map(rows.map(({ batch, ...counts }) => [batch, counts]))
  },

  async reads(file) {
    const rows = await db.query(
      `select 1 from request_batch where tenant = $1 and ${OPEN} and ask ->> 'inputFile' = $2 limit 1`,
      [tenant, file],
    )
    return rows.length > 0
  },
})

type Writes = Pick<RequestBatchStore, 'add' | 'hold' | 'letGo' | 'move' | 'forget'>
const writing = (db: Database, tenant: string): Writes => ({
  async add({ id, status, ask, createdAtMs, deadlineAtMs, times }) {
    await db.query(
      `insert into request_batch (tenant, id, status, ask, created_at_ms, deadline_at_ms, times)
       values ($1, $2, $3, $4::jsonb, $5, $6, $7::jsonb) on conflict (tenant, id) do nothing`,
      [tenant, id, status, JSON.stringify(ask), createdAtMs, deadlineAtMs, JSON.stringify(times)],
    )
  },

  async hold(id, holder, leaseMs) {
    const rows = await db.query(
      `update request_batch set holder = $3, lease_until_ms = ${NOW} + $4
       where tenant = $1 and id = $2 and (holder = $3 or lease_until_ms < ${NOW}) returning id`,
      [tenant, id, holder, leaseMs],
    )
    return rows.length > 0
  },

  async letGo(id, holder) {
    await db.query(
      `update request_batch set lease_until_ms = 0 where tenant = $1 and id = $2 and holder = $3`,
      [tenant, id, holder],
    )
  },

  async move(id, from, to, atMs, change: BatchChange = {}) {
    const rows = await db.query(
      `update request_batch set status = $4, times = times || jsonb_build_object($4::text, $5::bigint),
         model = coalesce($6, model), errors = coalesce($7::jsonb, errors),
         output_file = coalesce($8, output_file), error_file = coalesce($9, error_file)
       where tenant = $1 and id = $2 and status = $3 returning id`,
      [
        tenant,
        id,
        from,
        to,
        atMs,
        change.model ?? null,
        change.errors ? JSON.stringify(change.errors) : null,
        change.outputFile ?? null,
        change.errorFile ?? null,
      ],
    )
    return rows.length > 0
  },

  async forget(beforeMs) {
    const rows = await db.query(
      `delete from request_batch where tenant = $1 and created_at_ms < $2 and not ${OPEN} returning id`,
      [tenant, beforeMs],
    )
    return rows.length
  },
})
