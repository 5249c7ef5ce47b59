import type { Sql } from '../../services/platform/database/database.ts'
import { tablesInOrder } from '../../services/platform/database/tables.ts'

interface Column {
  readonly table: string
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  /** First value that a check of this column allows; null where it has none. */
  readonly allowed: string | null
}

const LITERALS: Readonly<Record<string, (row: number) => string>> = {
  text: (row) => `'x${row}'`,
  bigint: (row) => String(row),
  integer: (row) => String(row),
  boolean: () => 'true',
  jsonb: (row) => `'{"shift":{"model":"x${row}"}}'`,
  bytea: (row) => `'\\x${row.toString(16).padStart(8, '0')}'`,
  ARRAY: () => `'{read}'`,
  'double precision': (row) => `${row}.5`,
  'timestamp with time zone': () => `'2026-01-01T00:00:00Z'`,
}

/**
 * Two more rows in every table of the schema as it stands, whatever its columns: one with a value in
 * each, one with null wherever null may be. The same number means the same value everywhere, so that
 * references hold.
 *
 * @param round which two: another one, other values
 */
export async function fillTables(db: Sql, round = 0): Promise<void> {
  const everyColumn = await allColumns(db)
  for (const table of await tablesInOrder(db)) {
    const columns = everyColumn.filter((column) => column.table === table)
    for (const row of [2 * round + 1, 2 * round + 2]) {
      const values = columns.map((column) => literalOf(column, row))
      await db.query(
        `insert into gridtide.${table} (${columns.map(({ name }) => name).join(', ')})
         overriding system value values (${values.join(', ')}) on conflict do nothing`,
      )
    }
  }
}

function literalOf({ name, type, nullable, allowed }: Column, row: number): string {
  if (row % 2 === 0 && nullable) return 'null'
  if (allowed !== null) return `'${allowed}'`
  const literal = LITERALS[type]
  if (!literal) throw new Error(`no value is known for ${name}, which is ${type}`)
  return literal(row)
}

const allColumns = (db: Sql): Promise<Column[]> =>
  db.query<Column>(
    `select table_name::text as table, column_name::text as name, data_type::text as type,
       is_nullable = 'YES' as nullable,
       (select substring(pg_get_constraintdef(c.oid) from '''([a-z-]+)''::text')
        from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey)
        where c.contype = 'c' and c.conrelid = ('gridtide.' || table_name)::regclass
          and a.attname = column_name limit 1) as allowed
     from information_schema.columns
     where table_schema = 'gridtide' order by table_name, ordinal_position`,
  )

/** Rows by table. */
export async function countsOf(db: Sql): Promise<Record<string, number>> {
  const counts = (await tablesInOrder(db)).map(
    (table) => `select '${table}' as table, count(*)::bigint as rows from gridtide.${table}`,
  )
  const found = await db.query<{ table: string; rows: number }>(counts.join(' union all '))
  return Object.fromEntries(found.map(({ table, rows }) => [table, rows]))
}

/** What a schema is: its columns, and its constraints and indices in PostgreSQL's own words. */
export async function schemaOf(db: Sql): Promise<unknown> {
  const columns = await db.query(
    `select table_name::text as table, column_name::text as column, data_type::text as type,
       is_nullable::text as nullable, column_default::text as otherwise
     from information_schema.columns where table_schema = 'gridtide' order by 1, 2`,
  )
  const indices = await db.query(
    `select indexdef::text as words from pg_indexes where schemaname = 'gridtide' order by 1`,
  )
  const constraints = await db.query(
    `select conrelid::regclass::text as table, pg_get_constraintdef(oid)::text as words
     from pg_constraint where connamespace = 'gridtide'::regnamespace order by 1, 2`,
  )
  return { columns, indices, constraints }
}
