import { appendEvents } from '../../notification/index.ts'
import type { Database, Sql } from '../../platform/database/database.ts'
import type { DeferredJob, DeferredJobStore, JobUpdate, NumberedJob } from '../port.ts'

interface Row {
  readonly number: number
  readonly state: DeferredJob['state']
  readonly submitted_at_ms: number
  readonly planned_at_ms: number
  readonly reported_at_ms: number | null
  readonly job: DeferredJob['job']
  readonly progress: DeferredJob['progress']
  readonly placement: DeferredJob['placement'] | null
  readonly ran: DeferredJob['ran']
  readonly report: DeferredJob['report'] | null
}

/** Who adds jobs to a tenant's. */
const ADDING_LOCK = 7_002

const ACTIVE = `state in ('waiting', 'running', 'missed')`

/** What ran before, and what ran since: one piece where that only went on, as it does at most ticks. */
const joined = (before: string, since: string) => `
  case when ${before} -> -1 -> 'endMs' = ${since} -> 0 -> 'startMs'
    and (${before} -> -1) - '{startMs,endMs}'::text[] = (${since} -> 0) - '{startMs,endMs}'::text[]
  then jsonb_set(${before}, '{-1,endMs}', ${since} -> 0 -> 'endMs') || (${since} - 0)
  else ${before} || ${since} end`

/** One tenant's deferrable jobs in PostgreSQL, embedded or on a server. */
export const postgresDeferredJobs = (db: Database, tenant: string): DeferredJobStore => ({
  add: (jobs, seen = Number.MAX_SAFE_INTEGER) =>
    db.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [ADDING_LOCK, tenant])
      if ((await newest(tx, tenant)) > seen) return undefined
      const ids = await add(tx, tenant, jobs)
      return { ids, newest: await newest(tx, tenant) }
    }),

  newest: () => newest(db, tenant),

  async get(id) {
    const [row] = await db.query<Row>('select * from deferred_job where tenant = $1 and id = $2', [
      tenant,
      id,
    ])
    return row && jobOf(row)
  },

  async list({ limit, before }) {
    const rows = await db.query<Row>(
      `select * from deferred_job where tenant = $1 and ($2::bigint is null or number < $2)
       order by number desc limit $3`,
      [tenant, before ?? null, limit],
    )
    return rows.map((row): NumberedJob => ({ ...jobOf(row), number: row.number }))
  },

  async active() {
    const rows = await db.query<Row>(
      `select * from deferred_job where tenant = $1 and ${ACTIVE} order by number`,
      [tenant],
    )
    return rows.map(jobOf)
  },

  update: (updates, events = []) =>
    db.transaction(async (tx) => {
      await write(tx, tenant, updates)
      await appendEvents(tx, tenant, events)
    }),

  async report(id, workLeft, atMs) {
    const rows = await db.query(
      `update deferred_job set progress = progress || jsonb_build_object('workLeft', $3::float8),
         reported_at_ms = $4
       where tenant = $1 and id = $2 and ${ACTIVE} returning id`,
      [tenant, id, workLeft, atMs],
    )
    return rows.length > 0
  },

  async cancel(id, until) {
    const rows = await db.query(
      `update deferred_job set state = 'cancelled', placement = null, ran = ${joined('ran', '$3::jsonb')},
         progress = coalesce($4::jsonb, progress), report = $5::jsonb
       where tenant = $1 and id = $2 and ${ACTIVE} returning id`,
      [
        tenant,
        id,
        JSON.stringify(until?.ran ?? []),
        until ? JSON.stringify(until.progress) : null,
        until?.report ? JSON.stringify(until.report) : null,
      ],
    )
    return rows.length > 0
  },

  async forget(beforeMs) {
    const rows = await db.query(
      `delete from deferred_job
       where tenant = $1 and submitted_at_ms < $2 and not (${ACTIVE}) returning id`,
      [tenant, beforeMs],
    )
    return rows.length
  },
})

async function newest(sql: Sql, tenant: string): Promise<number> {
  const [row] = await sql.query<{ newest: number }>(
    'select coalesce(max(number), 0)::bigint as newest from deferred_job where tenant = $1',
    [tenant],
  )
  return row!.newest
}

async function add(
  tx: Sql,
  tenant: string,
  jobs: readonly DeferredJob[],
): Promise<readonly string[]> {
  const rows = await tx.query<{ id: string }>(
    `insert into deferred_job
         (tenant, id, state, submitted_at_ms, planned_at_ms, job, progress, placement, ran)
       select tenant, id, state, submitted_at_ms, planned_at_ms, job, progress, placement, ran
       from jsonb_to_recordset($1::jsonb) as one (tenant text, id text, state text,
         submitted_at_ms bigint, planned_at_ms bigint, job jsonb, progress jsonb, placement jsonb,
         ran jsonb)
       on conflict (tenant, id) do nothing returning id`,
    [JSON.stringify(jobs.map((one) => rowOf(tenant, one)))],
  )
  return rows.map(({ id }) => id)
}

/** What is left as a report said while the plan was made is truer than what the plan assumed. */
async function write(tx: Sql, tenant: string, updates: readonly JobUpdate[]): Promise<void> {
  await tx.query(
    `update deferred_job as kept
     set state = one.state, placement = one.placement, report = one.report,
       progress = one.progress || case when kept.reported_at_ms is not distinct from one.seen_report_at_ms
         then '{}' else jsonb_build_object('workLeft', kept.progress -> 'workLeft') end,
       planned_at_ms = greatest(kept.planned_at_ms, one.planned_at_ms),
       ran = ${joined('kept.ran', 'one.ran')}
     from jsonb_to_recordset($2::jsonb) as one (id text, state text, seen_report_at_ms bigint,
       planned_at_ms bigint, progress jsonb, placement jsonb, ran jsonb, report jsonb)
     where kept.tenant = $1 and kept.id = one.id and ${ACTIVE.replace('state', 'kept.state')}`,
    [tenant, JSON.stringify(updates.map(updateRowOf))],
  )
}

const updateRowOf = (update: JobUpdate) => ({
  id: update.id,
  state: update.state,
  seen_report_at_ms: update.seenReportAtMs ?? null,
  planned_at_ms: update.plannedAtMs,
  progress: update.progress,
  placement: update.placement ?? null,
  ran: update.ran,
  report: update.report ?? null,
})

const rowOf = (
  tenant: string,
  { job, state, submittedAtMs, plannedAtMs, progress, placement, ran }: DeferredJob,
) => ({
  tenant,
  id: job.id,
  state,
  submitted_at_ms: submittedAtMs,
  planned_at_ms: plannedAtMs,
  job,
  progress,
  placement: placement ?? null,
  ran,
})

const jobOf = (row: Row): DeferredJob => ({
  job: row.job,
  state: row.state,
  submittedAtMs: row.submitted_at_ms,
  plannedAtMs: row.planned_at_ms,
  ...(row.reported_at_ms !== null && { reportedAtMs: row.reported_at_ms }),
  progress: row.progress,
  // Kept by an earlier version, it may have none; the next plan gives it one.
  ...(row.placement && { placement: { ...row.placement, reserve: row.placement.reserve ?? [] } }),
  ran: row.ran,
  ...(row.report && { report: row.report }),
})
