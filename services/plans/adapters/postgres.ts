import { promisify } from 'node:util'
import { deflate, inflate } from 'node:zlib'
import { NotFound } from '../../domain/errors.ts'
import { appendEvents } from '../../notification/index.ts'
import type { Database } from '../../platform/database/database.ts'
import type { PlanDraft, PlanStore, PlanSummary, SaveOptions, StoredPlan } from '../port.ts'

const pack = promisify(deflate)
const unpack = promisify(inflate)

interface Row {
  readonly version: number
  readonly created_at_ms: number
  readonly valid_until_ms: number
  readonly status: PlanSummary['status']
  readonly fleet_hash: string
  readonly problem_digest: string
}
interface FullRow extends Row {
  readonly body: Uint8Array
}
type Body = Pick<PlanDraft, 'outcome' | 'inputs'>

const SUMMARY = 'version, created_at_ms, valid_until_ms, status, fleet_hash, problem_digest'
const FULL = `${SUMMARY}, body`

/** Plans in PostgreSQL, embedded or on a server. Bodies are deflated: they repeat themselves. */
export function postgresPlans(db: Database): PlanStore {
  async function one(where: string, params: readonly unknown[]): Promise<StoredPlan | undefined> {
    const [row] = await db.query<FullRow>(`select ${FULL} from plan where ${where}`, params)
    return row && toPlan(row)
  }

  return {
    save: (draft, options) => save(db, draft, options),

    current: () => one('version = (select current_version from plan_head)', []),

    async get(version) {
      const plan = await one('version = $1', [version])
      if (!plan) throw new NotFound(`there is no plan of version ${version}`)
      return plan
    },

    async history({ before, limit }) {
      const rows = await db.query<Row>(
        `select ${SUMMARY} from plan where $1::bigint is null or version < $1
         order by version desc limit $2`,
        [before ?? null, limit],
      )
      return rows.map(toSummary)
    },

    async liftVersionsAbove(seen) {
      await db.query('update plan_head set next_version = greatest(next_version, $1::bigint + 1)', [
        seen,
      ])
    },

    async forget(beforeMs) {
      const gone = await db.query(
        `delete from plan where created_at_ms < $1
         and version <> (select current_version from plan_head) returning version`,
        [beforeMs],
      )
      return gone.length
    },
  }
}

async function save(db: Database, draft: PlanDraft, { ifVersion, events }: SaveOptions) {
  const { outcome, inputs, ...head } = draft
  const body = await pack(JSON.stringify({ outcome, inputs } satisfies Body))
  return db.transaction(async (tx) => {
    // The row lock makes a second writer wait here, and then see that it came second.
    const [moved] = await tx.query<{ version: number }>(
      `update plan_head set current_version = next_version, next_version = next_version + 1
       where current_version = $1 returning current_version as version`,
      [ifVersion],
    )
    if (!moved) {
      const [now] = await tx.query<{ version: number }>(
        'select current_version as version from plan_head',
      )
      return { status: 'stale', currentVersion: now!.version } as const
    }
    const { version } = moved
    await tx.query(`insert into plan (${FULL}) values ($1, $2, $3, $4, $5, $6, $7)`, [
      version,
      head.createdAtMs,
      head.validUntilMs,
      outcome.status,
      head.fleetHash,
      head.problemDigest,
      body,
    ])
    await appendEvents(tx, events(version))
    return { status: 'saved', plan: { ...draft, version } } as const
  })
}

const toHead = (row: Row) => ({
  version: row.version,
  createdAtMs: row.created_at_ms,
  validUntilMs: row.valid_until_ms,
  fleetHash: row.fleet_hash,
  problemDigest: row.problem_digest,
})

const toSummary = (row: Row): PlanSummary => ({ ...toHead(row), status: row.status })

async function toPlan(row: FullRow): Promise<StoredPlan> {
  const text = (await unpack(row.body)).toString('utf8')
  return { ...toHead(row), ...(JSON.parse(text) as Body) }
}
