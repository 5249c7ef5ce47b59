import { Conflict, InvalidInput } from '../../domain/errors.ts'
import type { BackupHead } from './backup.ts'
import type { Database, Sql } from './database.ts'
import { migrate, migrationNames } from './migrate.ts'
import { tablesInOrder } from './tables.ts'

/** A plan may take a megabyte. */
const CHARACTERS_AT_ONCE = 4_000_000
/**
 * Plans made after the backup are forgotten, but targets still carry their versions and refuse a
 * lower one. No installation makes this many plans between two backups.
 */
const VERSIONS_SKIPPED = 1_000_000

/**
 * Puts a backup into a database that holds nothing of ours: the schema of its time, its rows, then
 * what migrations have come since.
 *
 * @param lines as `backup` wrote them
 * @returns rows by table
 * @throws Conflict where the database is in use; InvalidInput where this is no whole backup, or one
 *   of a newer version
 */
export async function restore(
  db: Database,
  lines: AsyncIterable<string>,
): Promise<Readonly<Record<string, number>>> {
  const [used] = await db.query(
    `select 1 from information_schema.tables
     where table_schema = 'gridtide' and table_name = 'schema_migration'`,
  )
  if (used) throw new Conflict('this database is in use: restore into an empty one')
  const reader = lines[Symbol.asyncIterator]()
  const first = await reader.next()
  const head = headOf(first.done ? '' : first.value)
  const known = new Set(await migrationNames())
  const newer = head.migrations.filter((name) => !known.has(name))
  if (newer.length > 0) {
    throw new InvalidInput(`the backup is of a newer Gridtide: it has ${newer.join(', ')}`)
  }
  await migrate(db, head.migrations)
  try {
    const counts = await db.patient.transaction((tx) => putBack(tx, head, reader))
    await migrate(db)
    return counts
  } catch (error) {
    // What is half there would look like an installation; the next try is to find nothing.
    await db.patient.query('drop schema gridtide cascade')
    throw error
  }
}

function headOf(line: string): BackupHead {
  try {
    const head = JSON.parse(line) as BackupHead
    if (head.gridtideBackup === 1) return head
  } catch {}
  throw new InvalidInput('this is no backup of Gridtide')
}

async function putBack(tx: Sql, head: BackupHead, reader: AsyncIterator<string>) {
  const counts: Record<string, number> = {}
  const tables = await tablesInOrder(tx)
  // Migrations put rows of their own where the backup has others.
  for (const table of tables.toReversed()) await tx.query(`delete from gridtide.${table}`)
  for await (const { table, rows } of batches(reader)) {
    if (!tables.includes(table)) throw new InvalidInput(`the backup has an unknown table ${table}`)
    if (rows.length > 0) await insert(tx, table, rows)
    counts[table] = (counts[table] ?? 0) + rows.length
  }
  const missing = head.tables.filter((name) => counts[name] === undefined)
  if (missing.length > 0) throw new InvalidInput(`the backup ends before ${missing[0]}`)
  await numberOn(tx)
  await tx.query(`update gridtide.plan_head set next_version = next_version + ${VERSIONS_SKIPPED}`)
  return counts
}

/** Rows of one table, as many as one statement should take; none for a table that is empty. */
async function* batches(reader: AsyncIterator<string>) {
  let table = ''
  let rows: string[] = []
  let characters = 0
  for (let next = await reader.next(); !next.done; next = await reader.next()) {
    const named = /^\{"table":"([a-z_]+)"\}$/.exec(next.value)?.[1]
    if (named === undefined) {
      rows.push(next.value)
      characters += next.value.length
    }
    if (table !== '' && (named !== undefined || characters > CHARACTERS_AT_ONCE)) {
      yield { table, rows }
      rows = []
      characters = 0
    }
    table = named ?? table
  }
  if (table !== '') yield { table, rows }
}

/** @param table one of ours, by its own name; never a word of the backup itself */
async function insert(tx: Sql, table: string, rows: readonly string[]): Promise<void> {
  await tx.query(
    `insert into gridtide.${table} overriding system value
     select * from jsonb_populate_recordset(null::gridtide.${table}, $1::jsonb)`,
    [`[${rows.join(',')}]`],
  )
}

/** Columns that number themselves go on behind the highest number put back. */
async function numberOn(tx: Sql): Promise<void> {
  const columns = await tx.query<{ table: string; column: string }>(
    `select table_name::text as table, column_name::text as column
     from information_schema.columns where table_schema = 'gridtide' and is_identity = 'YES'`,
  )
  for (const { table, column } of columns) {
    await tx.query(
      `select setval(pg_get_serial_sequence('gridtide.${table}', '${column}'),
         (select coalesce(max(${column}), 0) + 1 from gridtide.${table}), false)`,
    )
  }
}
