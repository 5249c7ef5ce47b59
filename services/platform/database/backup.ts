import type { Database, Sql } from './database.ts'
import { tablesInOrder } from './tables.ts'

/** First line of a backup; the lines after it are a table's name, then its rows as JSON. */
export interface BackupHead {
  readonly gridtideBackup: 1
  readonly madeAtMs: number
  /** How far the schema had come. */
  readonly migrations: readonly string[]
  readonly tables: readonly string[]
}

const ROWS_AT_ONCE = 500

/**
 * Everything that is kept, as lines of one moment: a head, then for each table `{"table":...}` and
 * its rows. Both engines write the same, so a backup of one restores into the other. Jobs of the
 * queue are left out: they are reasons to look at what is kept, and are made anew at the start.
 *
 * @param write waits where its far side does
 * @returns rows by table
 */
export async function backup(
  db: Database,
  madeAtMs: number,
  write: (line: string) => Promise<void>,
): Promise<Readonly<Record<string, number>>> {
  return db.patient.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read')
    const ran = await tx.query<{ name: string }>(
      'select name from gridtide.schema_migration order by name',
    )
    const tables = await tablesInOrder(tx)
    const migrations = ran.map(({ name }) => name)
    const head: BackupHead = { gridtideBackup: 1, madeAtMs, migrations, tables }
    await write(JSON.stringify(head))
    const counts: Record<string, number> = {}
    for (const table of tables) {
      await write(JSON.stringify({ table }))
      counts[table] = await rowsOf(tx, table, write)
    }
    return counts
  })
}

/** By a cursor: a table may be larger than this process. */
async function rowsOf(tx: Sql, table: string, write: (line: string) => Promise<void>) {
  await tx.query(
    `declare rows_out no scroll cursor for select row_to_json(t)::text as line from gridtide.${table} t`,
  )
  let count = 0
  for (;;) {
    const rows = await tx.query<{ line: string }>(`fetch ${ROWS_AT_ONCE} from rows_out`)
    for (const { line } of rows) await write(line)
    count += rows.length
    if (rows.length < ROWS_AT_ONCE) break
  }
  await tx.query('close rows_out')
  return count
}
