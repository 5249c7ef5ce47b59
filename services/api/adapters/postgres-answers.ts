import type { Database } from '../../platform/database/database.ts'
import type { AnswerStore, StartedAnswer } from '../answer-store.ts'

interface Row {
  readonly fingerprint: string
  readonly started_at_ms: number
  readonly status: number | null
  readonly body: string | null
  readonly etag: string | null
}

/** Answers by idempotency key, in PostgreSQL, embedded or on a server. */
export const postgresAnswers = (db: Database): AnswerStore => ({
  async begin({ tenant, key, fingerprint, nowMs, abandonedBeforeMs }): Promise<StartedAnswer> {
    return db.transaction(async (tx) => {
      const [mine] = await tx.query(
        `insert into idempotent_answer as known (tenant, key, fingerprint, started_at_ms)
         values ($1, $2, $3, $4)
         on conflict (tenant, key) do update set started_at_ms = $4
         where known.status is null and known.fingerprint = $3 and known.started_at_ms < $5
         returning key`,
        [tenant, key, fingerprint, nowMs, abandonedBeforeMs],
      )
      if (mine) return { state: 'started' }
      const [row] = await tx.query<Row>(
        `select fingerprint, started_at_ms, status, body, etag from idempotent_answer
         where tenant = $1 and key = $2`,
        [tenant, key],
      )
      if (row!.fingerprint !== fingerprint) return { state: 'other-request' }
      const { status, body, etag } = row!
      if (status === null) return { state: 'under-way' }
      return { state: 'answered', status, body: body!, ...(etag !== null && { etag }) }
    })
  },

  async finish({ tenant, key }, { status, body, etag }) {
    await db.query(
      'update idempotent_answer set status = $3, body = $4, etag = $5 where tenant = $1 and key = $2',
      [tenant, key, status, body, etag ?? null],
    )
  },

  async abandon({ tenant, key }) {
    await db.query(
      'delete from idempotent_answer where tenant = $1 and key = $2 and status is null',
      [tenant, key],
    )
  },

  async forget(beforeMs) {
    await db.query('delete from done_once where at_ms < $1', [beforeMs])
    const gone = await db.query(
      'delete from idempotent_answer where started_at_ms < $1 returning key',
      [beforeMs],
    )
    return gone.length
  },
})
