import { InvalidInput, NotFound } from '../../domain/errors.ts'
import type { Sql } from '../../platform/database/database.ts'
import type { RunsStore, RunsText, RunsUpload } from '../store.ts'

/** Every fit of a model reads all of its own. */
const MOST_UPLOADS = 1_000
const UPLOAD = `id, model, runs, uploaded_at_ms as "uploadedAtMs", uploaded_by as "uploadedBy"`

/** Uploaded runs of one tenant in PostgreSQL, embedded or on a server. */
export const postgresRuns = (sql: Sql, tenant: string): RunsStore => ({
  async add({ model, runs, uploadedAtMs, uploadedBy, format, text }) {
    const [others] = await sql.query<{ count: number }>(
      `select count(*) as count from measured_run
       where tenant = $1 and not (model = $2 and digest = md5($3 || $4))`,
      [tenant, model, format, text],
    )
    if (others!.count >= MOST_UPLOADS) {
      throw new InvalidInput(`there are ${MOST_UPLOADS} uploads already: remove some that are old`)
    }
    const [row] = await sql.query<RunsUpload>(
      `insert into measured_run
         (tenant, model, runs, uploaded_at_ms, uploaded_by, format, body, digest)
       values ($1, $2, $3, $4, $5, $6, $7, md5($6 || $7))
       on conflict (tenant, model, digest) do update set runs = excluded.runs
       returning ${UPLOAD}`,
      [tenant, model, runs, uploadedAtMs, uploadedBy, format, text],
    )
    return row!
  },

  list: ({ before, limit }) =>
    sql.query<RunsUpload>(
      `select ${UPLOAD} from measured_run
       where tenant = $1 and ($2::bigint is null or id < $2) order by id desc limit $3`,
      [tenant, before ?? null, limit],
    ),

  textsOf: (model) =>
    sql.query<RunsText>(
      `select format, body as text from measured_run where tenant = $1 and model = $2 order by id`,
      [tenant, model],
    ),

  async remove(id) {
    const [gone] = await sql.query<{ model: string }>(
      'delete from measured_run where tenant = $1 and id = $2 returning model',
      [tenant, id],
    )
    if (!gone) throw new NotFound(`there is no upload ${id}`)
    return gone.model
  },
})
