import type { Database, Sql } from '../../platform/database/database.ts'
import { noteOnce, recallOnce } from '../../platform/database/done-once.ts'
import type { FilePurpose, FileStore, NewFile, StoredFile } from '../port.ts'

/** Small enough to be held by many readers at once, large enough for few statements. */
const PART_BYTES = 256 * 1024
/** An upload that takes longer than this has broken off. */
const ABANDONED_MS = 24 * 3_600_000

interface Row {
  readonly id: string
  readonly name: string
  readonly purpose: FilePurpose
  readonly bytes: number
  readonly created_at_ms: number
  readonly expires_at_ms: number
}

const fileOf = (row: Row): StoredFile => ({
  id: row.id,
  name: row.name,
  purpose: row.purpose,
  bytes: row.bytes,
  createdAtMs: row.created_at_ms,
  expiresAtMs: row.expires_at_ms,
})

/** One tenant's files in PostgreSQL, embedded or on a server, in parts of one length. */
export function postgresFiles(db: Database, tenant: string): FileStore {
  return {
    write: (file, content, expiresAtMs, onceId) =>
      writeFile(db, tenant, file, content, expiresAtMs, onceId),
    read: (id, range) => readParts(db, tenant, id, range),
    get: (id) => getFile(db, tenant, id),
    remove: (id) => removeFile(db, tenant, id),

    async list({ limit, after, order = 'desc', purpose }) {
      const [sign, direction] = order === 'asc' ? ['>', 'asc'] : ['<', 'desc']
      const rows = await db.query<Row>(
        `select * from request_file where tenant = $1 and ready and ($3::text is null or purpose = $3)
           and ($2::text is null or number ${sign} (select number from request_file where tenant = $1 and id = $2))
         order by number ${direction} limit $4`,
        [tenant, after ?? null, purpose ?? null, limit],
      )
      return rows.map(fileOf)
    },

    async totalBytes() {
      const [row] = await db.query<{ bytes: number }>(
        'select coalesce(sum(bytes), 0)::bigint as bytes from request_file where tenant = $1',
        [tenant],
      )
      return row!.bytes
    },

    async forget(nowMs) {
      const rows = await db.query(
        `delete from request_file where tenant = $1
           and (expires_at_ms < $2 or (not ready and created_at_ms < $3)) returning id`,
        [tenant, nowMs, nowMs - ABANDONED_MS],
      )
      return rows.length
    },
  }
}

async function writeFile(
  db: Database,
  tenant: string,
  file: NewFile,
  content: AsyncIterable<Uint8Array>,
  expiresAtMs: () => Promise<number>,
  onceId?: string,
): Promise<StoredFile> {
  await removeFile(db, tenant, file.id)
  await db.query(
    `insert into request_file (tenant, id, name, purpose, created_at_ms)
     values ($1, $2, $3, $4, $5)`,
    [tenant, file.id, file.name, file.purpose, file.createdAtMs],
  )
  try {
    let bytes = 0
    let number = 0
    for await (const part of partsOf(content)) {
      await db.query('insert into request_file_part values ($1, $2, $3, $4)', [
        tenant,
        file.id,
        number++,
        part,
      ])
      bytes += part.length
    }
    const whole = { ...file, bytes, expiresAtMs: await expiresAtMs() }
    return await db.transaction((tx) => finish(tx, tenant, whole, onceId))
  } catch (error) {
    await removeFile(db, tenant, file.id).catch(() => undefined)
    throw error
  }
}

/** Lets it be seen; or drops it, where the same request has kept one before. */
async function finish(tx: Sql, tenant: string, file: StoredFile, onceId?: string) {
  const once = onceId === undefined ? undefined : { tenant, id: onceId, nowMs: file.createdAtMs }
  const before = once && (await recallOnce<string>(tx, once))
  const kept = before !== undefined && (await getFile(tx, tenant, before))
  if (kept) {
    await removeFile(tx, tenant, file.id)
    return kept
  }
  await tx.query(
    `update request_file set ready = true, bytes = $3, expires_at_ms = $4
     where tenant = $1 and id = $2`,
    [tenant, file.id, file.bytes, file.expiresAtMs],
  )
  if (once) await noteOnce(tx, once, file.id)
  return file
}

async function getFile(sql: Sql, tenant: string, id: string): Promise<StoredFile | undefined> {
  const [row] = await sql.query<Row>(
    'select * from request_file where tenant = $1 and id = $2 and ready',
    [tenant, id],
  )
  return row && fileOf(row)
}

async function removeFile(db: Sql, tenant: string, id: string): Promise<boolean> {
  const rows = await db.query(
    'delete from request_file where tenant = $1 and id = $2 returning id',
    [tenant, id],
  )
  return rows.length > 0
}

async function* readParts(
  db: Database,
  tenant: string,
  id: string,
  range = { atByte: 0, bytes: Number.MAX_SAFE_INTEGER },
): AsyncGenerator<Uint8Array> {
  const endByte = range.atByte + range.bytes
  const first = Math.floor(range.atByte / PART_BYTES)
  for (let number = first; number * PART_BYTES < endByte; number++) {
    const [part] = await db.query<{ content: Uint8Array }>(
      'select content from request_file_part where tenant = $1 and file = $2 and number = $3',
      [tenant, id, number],
    )
    if (!part) return
    const startByte = number * PART_BYTES
    yield part.content.subarray(Math.max(0, range.atByte - startByte), endByte - startByte)
  }
}

/** The same bytes in parts of `PART_BYTES`; the last one may be shorter. */
async function* partsOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pending: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of content) {
    let rest = chunk
    while (bytes + rest.length >= PART_BYTES) {
      const taken = rest.subarray(0, PART_BYTES - bytes)
      yield Buffer.concat([...pending, taken])
      rest = rest.subarray(taken.length)
      pending = []
      bytes = 0
    }
    if (rest.length > 0) pending.push(rest)
    bytes += rest.length
  }
  if (bytes > 0) yield Buffer.concat(pending)
}
