import { Conflict, NotFound } from '../../domain/errors.ts'
import type { Database, Sql } from '../../platform/database/database.ts'
import { noteOnce, recallOnce } from '../../platform/database/done-once.ts'
import type { KeyScope, KeyStore, StoredKey } from '../port.ts'

interface Row {
  readonly prefix: string
  readonly proof: string
  readonly tenant: string
  readonly label: string
  readonly scopes: readonly KeyScope[]
  readonly created_at_ms: number
  readonly expires_at_ms: number | null
  readonly revoked_at_ms: number | null
}

/** Who makes a tenant's first key. */
const FIRST_KEY_LOCK = 7_001

const COLUMNS = 'prefix, proof, tenant, label, scopes, created_at_ms, expires_at_ms, revoked_at_ms'

/** Keys in PostgreSQL, embedded or on a server. */
export function postgresKeys(db: Database): KeyStore {
  const hearers: ((prefix: string) => void)[] = []

  async function change(set: string, tenant: string, prefix: string, atMs: number) {
    const [row] = await db.query<Row>(
      `update api_key set ${set} where tenant = $1 and prefix = $2 returning ${COLUMNS}`,
      [tenant, prefix, atMs],
    )
    if (!row) throw new NotFound(`there is no key ${prefix}`)
    for (const hear of hearers) hear(prefix)
    return toKey(row)
  }

  return {
    add: (key, onceId) => db.transaction((tx) => add(tx, key, onceId)),

    async wasMade(tenant, onceId) {
      const made = await db.query('select 1 from done_once where tenant = $1 and id = $2', [
        tenant,
        onceId,
      ])
      return made.length > 0
    },

    async find(prefix) {
      const [row] = await db.query<Row>(`select ${COLUMNS} from api_key where prefix = $1`, [
        prefix,
      ])
      return row && toKey(row)
    },

    async list(tenant) {
      const rows = await db.query<Row>(
        `select ${COLUMNS} from api_key where tenant = $1 order by created_at_ms desc, prefix`,
        [tenant],
      )
      return rows.map(toKey)
    },

    expire: (tenant, prefix, atMs) =>
      change('expires_at_ms = least(expires_at_ms, $3::bigint)', tenant, prefix, atMs),

    revoke: (tenant, prefix, atMs) =>
      change('revoked_at_ms = least(revoked_at_ms, $3::bigint)', tenant, prefix, atMs),

    async forget(beforeMs) {
      const gone = await db.query(
        `delete from api_key where least(expires_at_ms, revoked_at_ms) < $1 and prefix not in
           (select distinct on (tenant) prefix from api_key
            order by tenant, created_at_ms desc, prefix) returning prefix`,
        [beforeMs],
      )
      return gone.length
    },

    isEmpty: (tenant) => isEmpty(db, tenant),

    addFirst: (key) =>
      db.transaction(async (tx) => {
        await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [
          FIRST_KEY_LOCK,
          key.tenant,
        ])
        if (!(await isEmpty(tx, key.tenant))) return false
        await add(tx, key)
        return true
      }),

    whenEnded: (hear) => void hearers.push(hear),
  }
}

async function isEmpty(sql: Sql, tenant: string): Promise<boolean> {
  const rows = await sql.query('select 1 from api_key where tenant = $1 limit 1', [tenant])
  return rows.length === 0
}

async function add(tx: Sql, key: StoredKey, onceId?: string): Promise<void> {
  const { prefix, tenant, createdAtMs } = key
  const once = onceId === undefined ? undefined : { tenant, id: onceId, nowMs: createdAtMs }
  const unseen = once && (await recallOnce<string>(tx, once))
  if (unseen !== undefined) {
    await tx.query('delete from api_key where tenant = $1 and prefix = $2', [tenant, unseen])
  }
  const added = await tx.query(
    `insert into api_key (${COLUMNS}) values ($1, $2, $3, $4, $5::text[], $6, $7, $8)
     on conflict (prefix) do nothing returning prefix`,
    [
      prefix,
      key.proof,
      tenant,
      key.label,
      key.scopes,
      createdAtMs,
      key.expiresAtMs ?? null,
      key.revokedAtMs ?? null,
    ],
  )
  if (added.length === 0) throw new Conflict(`key ${prefix} exists already`)
  if (once) await noteOnce(tx, once, prefix)
}

const toKey = (row: Row): StoredKey => ({
  prefix: row.prefix,
  proof: row.proof,
  tenant: row.tenant,
  label: row.label,
  scopes: row.scopes,
  createdAtMs: row.created_at_ms,
  ...(row.expires_at_ms !== null && { expiresAtMs: row.expires_at_ms }),
  ...(row.revoked_at_ms !== null && { revokedAtMs: row.revoked_at_ms }),
})
